//! Writing delimited files.

use csv::{QuoteStyle, WriterBuilder};

use crate::series::{Format, Split};

/// One line for each series, the label first; only `.csv` has a header. Shorter series end with
/// empty fields there, and with `NaN` as in the archive elsewhere.
pub(in crate::series::format) fn write(format: Format, split: &Split) -> Result<String, String> {
    // Each of these may be taken for what separates the fields.
    let unfit = |label: &&String| match format {
        Format::Csv => false,
        Format::Txt => label.contains(|c: char| c.is_whitespace() || ",;".contains(c)),
        _ => label.contains(|c| ",;".contains(c)),
    };
    if let Some(label) = split.labels.iter().find(unfit) {
        let space = if format == Format::Txt {
            "white space, "
        } else {
            ""
        };
        return Err(format!(
            "the label `{label}` cannot stand in a .{format} file; \
             expected labels without {space}commas or semicolons"
        ));
    }
    if split.labels.iter().any(|label| label == "?") {
        return Err(format!(
            "the label `?` cannot stand in a .{format} file, where it means none"
        ));
    }
    let width = split.longest();
    let mut builder = WriterBuilder::new();
    if format != Format::Csv {
        builder.delimiter(b'\t').quote_style(QuoteStyle::Never);
    }
    let mut writer = builder.from_writer(Vec::new());
    let mut write = |label: Option<&str>, fields: &mut dyn Iterator<Item = String>| {
        let written = writer.write_record(label.map(str::to_owned).into_iter().chain(fields));
        written.map_err(|error| error.to_string())
    };
    if format == Format::Csv {
        let label = split.labels.first().map(|_| "label");
        write(label, &mut (1..=width).map(|number| format!("t{number}")))?;
    }
    let empty = if format == Format::Csv { "" } else { "NaN" };
    for (index, series) in split.series.iter().enumerate() {
        let padding = std::iter::repeat_n(empty.to_owned(), width - series.len());
        let label = split.labels.get(index).map(String::as_str);
        write(label, &mut series.iter().map(f64::to_string).chain(padding))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    Ok(match format {
        Format::Txt => text.replace('\t', "  "),
        _ => text,
    })
}
