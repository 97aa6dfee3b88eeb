//! A Zstandard frame (RFC 8878) whose blocks are stored as they are: any decoder reads it, and
//! none has to be linked for writing it.

const MAGIC: u32 = 0xFD2F_B528;

/// No size, no checksum, no dictionary.
const DESCRIPTOR: u8 = 0;

/// A window of 1 MiB: exponent 10 above the least, mantissa 0.
const WINDOW: u8 = 10 << 3;

/// The most a block may hold.
const BLOCK: usize = 128 * 1024;

pub(super) fn frame(content: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(content.len() + content.len() / BLOCK * 3 + 16);
    frame.extend_from_slice(&MAGIC.to_le_bytes());
    frame.extend_from_slice(&[DESCRIPTOR, WINDOW]);
    let mut blocks = content.chunks(BLOCK).peekable();
    if blocks.peek().is_none() {
        // A last, raw block of no bytes.
        frame.extend_from_slice(&[1, 0, 0]);
    }
    while let Some(block) = blocks.next() {
        let last = u32::from(blocks.peek().is_none());
        // Bit 0: last; bits 1 and 2: raw; then the size.
        let size = u32::try_from(block.len()).unwrap_or_default();
        frame.extend_from_slice(&(last | size << 3).to_le_bytes()[..3]);
        frame.extend_from_slice(block);
    }
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_frames_header() {
        assert_eq!(
            frame(b"ab"),
            [0x28, 0xB5, 0x2F, 0xFD, 0, 80, 0b1_0001, 0, 0, b'a', b'b']
        );
        let long = frame(&vec![b'x'; BLOCK + 1]);
        assert_eq!(long[6..9], [0, 0, 0x10], "not the last, 128 KiB");
        assert_eq!(long[9 + BLOCK..][..4], [0b1001, 0, 0, b'x']);
        assert_eq!(frame(b"").len(), 9);
    }
}
