//! Several pictures in one file, as Windows and macOS want them. Both hold PNGs as they are.

use crate::draw::Picture;

/// The types of an `.icns` with PNG inside, and their pixels a side (Apple, "Icon Services";
/// the second of a pair is the first at twice the resolution).
pub(crate) const ICNS_TYPES: [(&[u8; 4], u32); 7] = [
    (b"icp4", 16),
    (b"icp5", 32),
    (b"ic11", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic08", 256),
    (b"ic09", 512),
];

/// A Windows icon file of these pictures ("Icons", `ICONDIR` and `ICONDIRENTRY`).
///
/// # Errors
/// When a picture is larger than 256 pixels, the most that fits the format.
pub fn ico(pictures: &[Picture]) -> Result<Vec<u8>, String> {
    const HEADER: usize = 6;
    const ENTRY: usize = 16;
    let images = pictures
        .iter()
        .map(Picture::png)
        .collect::<Result<Vec<_>, _>>()?;
    let count = u16::try_from(images.len()).map_err(|_| "too many pictures".to_owned())?;
    let mut file = [0_u16, 1, count].map(u16::to_le_bytes).concat();
    let mut offset = HEADER + ENTRY * images.len();
    for (picture, image) in pictures.iter().zip(&images) {
        // 256 is written as 0.
        let side = match picture.size() {
            256 => 0,
            size => u8::try_from(size).map_err(|_| format!("{size} pixels do not fit"))?,
        };
        file.extend([side, side, 0, 0]);
        file.extend([1_u16, 32].map(u16::to_le_bytes).concat());
        file.extend(length(image.len())?.to_le_bytes());
        file.extend(length(offset)?.to_le_bytes());
        offset += image.len();
    }
    file.extend(images.concat());
    Ok(file)
}

/// A macOS icon file of these pictures, in the order of its types, each of its own size.
///
/// # Errors
/// When a picture is not of the size of its type.
pub fn icns(pictures: &[Picture]) -> Result<Vec<u8>, String> {
    const HEADER: usize = 8;
    let mut body = Vec::new();
    for (&(kind, size), picture) in ICNS_TYPES.iter().zip(pictures) {
        if picture.size() != size {
            return Err(format!("a picture of {size} pixels is wanted here"));
        }
        let image = picture.png()?;
        body.extend(kind);
        body.extend(length(HEADER + image.len())?.to_be_bytes());
        body.extend(image);
    }
    let mut file = b"icns".to_vec();
    file.extend(length(HEADER + body.len())?.to_be_bytes());
    file.extend(body);
    Ok(file)
}

fn length(bytes: usize) -> Result<u32, String> {
    u32::try_from(bytes).map_err(|_| format!("{bytes} bytes are too many for an icon"))
}
