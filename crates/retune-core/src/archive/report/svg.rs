//! Drawing SVG that follows the page's colours: classes in place of colours.

/// A picture of a size in pixels.
pub(super) struct Svg {
    text: String,
}

impl Svg {
    /// `description` is read to those who do not see the picture.
    pub(super) fn new(width: f64, height: f64, description: &str) -> Self {
        let description = escape(description);
        Self {
            text: format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
                 width=\"{width:.0}\" role=\"img\" aria-label=\"{description}\">"
            ),
        }
    }

    pub(super) fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let points = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}"));
        let points = points.collect::<Vec<_>>().join(" ");
        self.text += &format!("<polyline class=\"{class}\" points=\"{points}\"/>");
    }

    /// A dot whose `title` shows when it is pointed at.
    pub(super) fn dot(&mut self, class: &str, (x, y): (f64, f64), title: &str) {
        let title = escape(title);
        self.text += &format!(
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"><title>{title}</title></circle>"
        );
    }

    /// Text that has its `start`, `middle` or `end` at a place.
    pub(super) fn text(&mut self, (x, y): (f64, f64), anchor: &str, text: &str) {
        let text = escape(text);
        self.text +=
            &format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
    }

    /// Text that is read from below, centred on a place.
    pub(super) fn turned(&mut self, (x, y): (f64, f64), text: &str) {
        let text = escape(text);
        self.text += &format!(
            "<text transform=\"translate({x:.1} {y:.1}) rotate(-90)\" text-anchor=\"middle\">{text}</text>"
        );
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
