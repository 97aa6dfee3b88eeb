//! One SVG as pixels. Sizes and files are decided elsewhere.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// The grid that the tray's icons are drawn on.
const GRID: u32 = 16;

/// Why a picture could not be drawn.
#[derive(Debug)]
pub enum DrawError {
    /// What was given is no SVG.
    Svg(String),
    /// There is no picture of this size.
    Size(u32),
}

impl std::fmt::Display for DrawError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Svg(error) => write!(f, "no SVG that can be drawn: {error}"),
            Self::Size(size) => write!(f, "no picture has {size} pixels a side"),
        }
    }
}

impl std::error::Error for DrawError {}

/// A square of pixels.
pub struct Picture(Pixmap);

impl Picture {
    /// Draws at the largest multiple of the grid that fits, centred, so that an edge of the drawing
    /// is an edge of a pixel: 22 is 16 and a margin of 3.
    ///
    /// # Errors
    /// When `svg` is none, or `size` is smaller than the grid.
    pub fn aligned(svg: &str, size: u32) -> Result<Self, DrawError> {
        let inner = size / GRID * GRID;
        if inner == 0 {
            return Err(DrawError::Size(size));
        }
        Self::draw(svg, size, inner, (size - inner) / 2)
    }

    /// Draws at `scale` of the square, centred.
    ///
    /// # Errors
    /// When `svg` is none, or nothing would be left of it.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an icon has at most a thousand pixels a side"
    )]
    pub fn scaled(svg: &str, size: u32, scale: f32) -> Result<Self, DrawError> {
        let inner = (size as f32 * scale).round() as u32;
        Self::draw(svg, size, inner.min(size), size.saturating_sub(inner) / 2)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "an icon has at most a thousand pixels a side"
    )]
    fn draw(svg: &str, size: u32, inner: u32, margin: u32) -> Result<Self, DrawError> {
        let tree = Tree::from_str(svg, &Options::default())
            .map_err(|error| DrawError::Svg(error.to_string()))?;
        let mut pixmap = Pixmap::new(size, size).ok_or(DrawError::Size(size))?;
        let scale = inner as f32 / tree.size().width();
        let transform =
            Transform::from_scale(scale, scale).post_translate(margin as f32, margin as f32);
        resvg::render(&tree, transform, &mut pixmap.as_mut());
        Ok(Self(pixmap))
    }

    /// Pixels a side.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.0.width()
    }

    /// Red, green, blue and opacity of each pixel, row by row.
    #[must_use]
    pub fn rgba(&self) -> Vec<u8> {
        let pixels = self.0.pixels().iter();
        pixels
            .flat_map(|pixel| {
                let it = pixel.demultiply();
                [it.red(), it.green(), it.blue(), it.alpha()]
            })
            .collect()
    }

    /// As a PNG.
    ///
    /// # Errors
    /// When it cannot be encoded, which is a defect.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.size(), self.size());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        let written = writer.write_image_data(&self.rgba());
        written.map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}
