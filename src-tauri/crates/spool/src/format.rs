//! The bytes of every file this crate writes: preamble, segment header and frame.
//!
//! Pure functions over slices; the layout is specified in the crate's documentation and only
//! repeated here as offsets. No file, no lock and no policy may enter.

use aco_domain::UnixNanos;

/// The format this build writes. A higher one in a file means: leave it alone.
pub(crate) const VERSION: u16 = 1;

pub(crate) const SEGMENT_MAGIC: [u8; 8] = *b"ACOSEGMT";
pub(crate) const CURSOR_MAGIC: [u8; 8] = *b"ACOCURSR";
pub(crate) const QUARANTINE_MAGIC: [u8; 8] = *b"ACOQUARN";

/// Bytes of the preamble every file begins with, in every version there will ever be.
pub(crate) const PREAMBLE: usize = 16;
/// Bytes of a segment's header before its opaque part.
pub(crate) const SEGMENT_FIXED: usize = 48;
/// Bytes of a frame before its payload.
pub(crate) const HEAD: usize = 40;
/// The longest frame, head included. A length above it is damage, never an allocation.
pub(crate) const MAX_FRAME: usize = 16 * 1024 * 1024;
/// The longest opaque segment header that is believed.
pub(crate) const MAX_OPAQUE: usize = 1024 * 1024;
/// The highest believable sequence number: what a file's name may hold without being nonsense.
pub(crate) const MAX_SEQ: u64 = i64::MAX as u64;

/// Opens every frame. Two of its bytes never occur in UTF-8, so text cannot look like it.
pub(crate) const SYNC: [u8; 4] = [0xFF, 0xAC, 0x0F, 0xFE];

/// What the first bytes of a file say about who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preamble {
    Ours,
    Newer,
    Damaged,
}

/// The preamble of a file of this version.
pub(crate) fn preamble(magic: [u8; 8], version: u16) -> [u8; PREAMBLE] {
    let mut bytes = [0; PREAMBLE];
    bytes[..8].copy_from_slice(&magic);
    bytes[8..10].copy_from_slice(&version.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..12]);
    bytes[12..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// Judges the preamble at the start of `bytes`.
pub(crate) fn judge_preamble(bytes: &[u8], magic: [u8; 8]) -> Preamble {
    let intact = bytes.get(..8) == Some(&magic[..])
        && bytes
            .get(..12)
            .is_some_and(|covered| Some(crc32fast::hash(covered)) == u32_at(bytes, 12));
    match u16_at(bytes, 8) {
        Some(version) if intact && version > VERSION => Preamble::Newer,
        Some(1..=VERSION) if intact => Preamble::Ours,
        _ => Preamble::Damaged,
    }
}

/// The whole header of a segment: preamble, fixed part, opaque part.
pub(crate) fn segment_header(installation: [u8; 16], first_seq: u64, opaque: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SEGMENT_FIXED + opaque.len());
    bytes.extend_from_slice(&preamble(SEGMENT_MAGIC, VERSION));
    bytes.extend_from_slice(&installation);
    bytes.extend_from_slice(&first_seq.to_le_bytes());
    // `Spool::open` refuses an opaque header above MAX_OPAQUE.
    bytes.extend_from_slice(&u32::try_from(opaque.len()).unwrap_or(0).to_le_bytes());
    let mut crc = crc32fast::Hasher::new();
    crc.update(&bytes[PREAMBLE..44]);
    crc.update(opaque);
    bytes.extend_from_slice(&crc.finalize().to_le_bytes());
    bytes.extend_from_slice(opaque);
    bytes
}

/// The opaque part of the segment header at the start of `bytes`, or nothing when it is damaged
/// or not all there.
pub(crate) fn parse_segment_header(bytes: &[u8]) -> Option<&[u8]> {
    let opaque = bytes.get(SEGMENT_FIXED..segment_header_len(bytes)?)?;
    let mut crc = crc32fast::Hasher::new();
    crc.update(&bytes[PREAMBLE..44]);
    crc.update(opaque);
    (Some(crc.finalize()) == u32_at(bytes, 44)).then_some(opaque)
}

/// How many bytes the segment header at the start of `bytes` claims, when that is believable.
pub(crate) fn segment_header_len(bytes: &[u8]) -> Option<usize> {
    let opaque = usize::try_from(u32_at(bytes, 40)?).ok()?;
    (opaque <= MAX_OPAQUE).then_some(SEGMENT_FIXED + opaque)
}

/// What a frame says about its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) payload_len: usize,
    pub(crate) seq: u64,
    pub(crate) time: UnixNanos,
    /// 0 when the record carries no usage number.
    pub(crate) usage_seq: u64,
}

impl Head {
    /// Reads the head at the start of `bytes`; nothing unless sync marker, checksum and length
    /// all hold.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..HEAD)?;
        if head[..4] != SYNC || u32_at(head, 32) != Some(crc32fast::hash(&head[4..32])) {
            return None;
        }
        let payload_len = usize::try_from(u32_at(head, 4)?).ok()?;
        (payload_len <= MAX_FRAME - HEAD).then_some(Self {
            payload_len,
            seq: u64_at(head, 8)?,
            time: UnixNanos(u64_at(head, 16)?),
            usage_seq: u64_at(head, 24)?,
        })
    }

    /// Bytes of the whole frame.
    pub(crate) fn frame_len(&self) -> usize {
        HEAD + self.payload_len
    }
}

/// Writes the frame of `payload` into `frame`, replacing what it held. `head.payload_len` must be
/// the payload's.
pub(crate) fn write_frame(frame: &mut Vec<u8>, head: &Head, payload: &[u8]) {
    let mut bytes = [0; HEAD];
    bytes[..4].copy_from_slice(&SYNC);
    // The writer refuses a payload above MAX_FRAME before it comes here.
    let len = u32::try_from(head.payload_len).unwrap_or(u32::MAX);
    bytes[4..8].copy_from_slice(&len.to_le_bytes());
    bytes[8..16].copy_from_slice(&head.seq.to_le_bytes());
    bytes[16..24].copy_from_slice(&head.time.0.to_le_bytes());
    bytes[24..32].copy_from_slice(&head.usage_seq.to_le_bytes());
    let head_crc = crc32fast::hash(&bytes[4..32]);
    bytes[32..36].copy_from_slice(&head_crc.to_le_bytes());
    let crc = frame_crc(&bytes[4..36], payload);
    bytes[36..40].copy_from_slice(&crc.to_le_bytes());
    frame.clear();
    frame.extend_from_slice(&bytes);
    frame.extend_from_slice(payload);
}

/// Whether `frame`, which holds exactly one frame with a parsed head, has the payload it was
/// written with.
pub(crate) fn payload_is_intact(frame: &[u8]) -> bool {
    frame.len() >= HEAD && u32_at(frame, 36) == Some(frame_crc(&frame[4..36], &frame[HEAD..]))
}

/// The head is part of it, so a payload never passes under another record's number.
fn frame_crc(head: &[u8], payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(head);
    crc.update(payload);
    crc.finalize()
}

/// The file name of a segment or quarantine file.
pub(crate) fn numbered_name(number: u64, extension: &str) -> String {
    format!("{number:020}.{extension}")
}

/// The number in such a name; nothing for any other name.
pub(crate) fn parse_numbered_name(name: &str, extension: &str) -> Option<u64> {
    let digits = name.strip_suffix(extension)?.strip_suffix('.')?;
    if digits.len() != 20 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    (1..=MAX_SEQ).contains(&number).then_some(number)
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*field))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*field))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_laid_out_as_documented() {
        let head = Head {
            payload_len: 2,
            seq: 3,
            time: UnixNanos(4),
            usage_seq: 5,
        };
        let mut frame = Vec::new();
        write_frame(&mut frame, &head, b"hi");
        assert_eq!(frame.len(), HEAD + 2);
        assert_eq!(
            frame[..12],
            [0xFF, 0xAC, 0x0F, 0xFE, 2, 0, 0, 0, 3, 0, 0, 0]
        );
        assert_eq!(Head::parse(&frame), Some(head));
        assert!(payload_is_intact(&frame));
        for at in 4..frame.len() {
            frame[at] ^= 1;
            assert!(
                Head::parse(&frame).is_none() || !payload_is_intact(&frame),
                "a flip at {at} passed"
            );
            frame[at] ^= 1;
        }
    }

    #[test]
    fn a_preamble_is_ours_newer_or_damaged() {
        let ours = preamble(SEGMENT_MAGIC, VERSION);
        let newer = preamble(SEGMENT_MAGIC, VERSION + 1);
        assert_eq!(judge_preamble(&ours, SEGMENT_MAGIC), Preamble::Ours);
        assert_eq!(judge_preamble(&newer, SEGMENT_MAGIC), Preamble::Newer);
        assert_eq!(judge_preamble(&ours, CURSOR_MAGIC), Preamble::Damaged);
        assert_eq!(judge_preamble(&ours[..9], SEGMENT_MAGIC), Preamble::Damaged);
        assert_eq!(judge_preamble(&[], SEGMENT_MAGIC), Preamble::Damaged);
        let mut flipped = newer;
        flipped[8] ^= 4;
        assert_eq!(judge_preamble(&flipped, SEGMENT_MAGIC), Preamble::Damaged);
    }

    #[test]
    fn a_segment_header_survives_its_bytes() {
        let mut bytes = segment_header([7; 16], 9, b"resource");
        assert_eq!(parse_segment_header(&bytes), Some(&b"resource"[..]));
        assert_eq!(segment_header_len(&bytes), Some(bytes.len()));
        assert_eq!(parse_segment_header(&bytes[..50]), None);
        bytes[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(segment_header_len(&bytes), None);
        assert_eq!(parse_segment_header(&bytes), None);
    }

    #[test]
    fn only_our_names_are_numbers() {
        assert_eq!(numbered_name(42, "seg"), "00000000000000000042.seg");
        assert_eq!(
            parse_numbered_name("00000000000000000042.seg", "seg"),
            Some(42)
        );
        for other in [
            "42.seg",
            "00000000000000000042.sog",
            "00000000000000000042seg",
            "0000000000000000004x.seg",
            "00000000000000000000.seg",
            "99999999999999999999.seg",
            "09999999999999999999.seg",
        ] {
            assert_eq!(parse_numbered_name(other, "seg"), None, "{other}");
        }
    }
}
