//! Reading and writing WAV files.

use std::io::Cursor;
use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::resample;
use super::resample::{BLOCK, LOUDEST, too_loud};
use super::riff::{essential_chunks, malformed};
use crate::storage::{read_file, write_whole};
use crate::{Error, ErrorKind, memory};

/// The most bytes of a recording that is read.
const LARGEST_WAV: u64 = 1 << 30;

/// A recording, mixed to one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// The amplitude over time, `[samples]`, in the range ±1 for integer files.
    pub samples: Vec<f32>,
    /// The sample rate, in Hz.
    pub rate: u32,
    /// How many channels the file has.
    pub channels: usize,
}

impl Clip {
    /// Clips of so many samples at a rate in Hz, as [`load_clips`] makes them.
    ///
    /// # Errors
    ///
    /// Those of [`resample`].
    pub fn cut(&self, rate: u32, length: usize) -> Result<Vec<Vec<f32>>, Error> {
        let length = length.max(1);
        // Counted before resampling, which may round to one sample more.
        let samples = self.samples.len() as u128 * u128::from(rate);
        let clips = samples.div_ceil(u128::from(self.rate.max(1)) * length as u128);
        let mut samples = resample(&self.samples, self.rate, rate)?;
        samples.resize(usize::try_from(clips).unwrap_or(usize::MAX) * length, 0.0);
        Ok(samples.chunks(length).map(<[f32]>::to_vec).collect())
    }

    /// Its start at a rate in Hz: no more than so many samples, and fewer where it is shorter.
    ///
    /// # Errors
    ///
    /// Those of [`resample`].
    pub fn head(mut self, rate: u32, most: usize) -> Result<Vec<f32>, Error> {
        // What the resampler looks at after the end is kept as well, so that a long recording is
        // neither resampled in full nor cut with a click.
        let kept = (most as f64 * f64::from(self.rate) / f64::from(rate.max(1))).ceil();
        self.samples.truncate(2 * kept as usize + BLOCK);
        let mut samples = resample(&self.samples, self.rate, rate)?;
        samples.truncate(most);
        Ok(samples)
    }
}

/// Reads a WAV file of integers of 8, 16, 24 or 32 bits, or of 32-bit floats.
///
/// The channels are mixed to their mean. Integers are divided by `2^(bits − 1)`, so that full scale
/// is ±1; floats are taken as they are, up to ±1e15.
///
/// # Errors
///
/// The file cannot be read, is not a WAV file, is damaged or cut short, is empty, or stores its
/// samples in another way; every error names the file.
pub fn read_wav(path: impl AsRef<Path>) -> Result<Clip, Error> {
    let path = path.as_ref();
    let bytes = read_file(path, LARGEST_WAV).map_err(|reason| {
        let message = format!("{}: cannot read the audio file: {reason}", path.display());
        Error::new(ErrorKind::Read, message)
            .of_file(path)
            .with_source(reason)
            .with_hint("check that the file exists and that you may read it")
    })?;
    decode(&bytes, path)
}

/// Reads a WAV file into a clip of so many samples at a rate in Hz: mixed to one channel,
/// resampled, cut or filled up with zeros at the end.
///
/// # Errors
///
/// Those of [`read_wav`].
pub fn load_clip(path: impl AsRef<Path>, rate: u32, length: usize) -> Result<Vec<f32>, Error> {
    let path = path.as_ref();
    let samples = read_wav(path)?.head(rate, length);
    let mut samples = samples.map_err(|error| error.of_file(path))?;
    samples.resize(length, 0.0);
    Ok(samples)
}

/// Reads a whole WAV file into clips of so many samples at a rate in Hz, one after the other: mixed
/// to one channel, resampled, the last one filled up with zeros at the end.
///
/// # Errors
///
/// Those of [`read_wav`].
pub fn load_clips(
    path: impl AsRef<Path>,
    rate: u32,
    length: usize,
) -> Result<Vec<Vec<f32>>, Error> {
    let path = path.as_ref();
    let clips = read_wav(path)?.cut(rate, length);
    clips.map_err(|error| error.of_file(path))
}

/// Writes samples of amplitude ±1 at a rate in Hz as a WAV file of one channel of 16-bit integers.
///
/// What goes beyond ±1 is clipped to it; a sample that is not a number is written as silence.
///
/// # Errors
///
/// The file cannot be created or written, or would be longer than a WAV file can be.
pub fn write_wav(path: impl AsRef<Path>, samples: &[f32], rate: u32) -> Result<(), Error> {
    let path = path.as_ref();
    let unwritable = |reason: hound::Error| {
        let message = format!("{}: cannot write the audio file: {reason}", path.display());
        Error::new(ErrorKind::Write, message)
            .of_file(path)
            .with_source(reason)
            .with_hint("check that the folder exists and that you may write to it")
    };
    // The writer counts bytes in 32 bits, header included, and does not check that they suffice.
    if u32::try_from(samples.len().saturating_mul(2).saturating_add(100)).is_err() {
        return Err(unwritable(hound::Error::TooWide));
    }
    let spec = WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).map_err(unwritable)?;
    for &sample in samples {
        // Conversion to an integer keeps within its range and turns "not a number" into zero.
        let value = (sample * 32_768.0).round() as i16;
        writer.write_sample(value).map_err(unwritable)?;
    }
    writer.finalize().map_err(unwritable)?;
    let written = write_whole(path, bytes.get_ref());
    written.map_err(|reason| unwritable(hound::Error::IoError(reason)))
}

fn decode(bytes: &[u8], path: &Path) -> Result<Clip, Error> {
    let essential = essential_chunks(bytes, path)?;
    let damaged = |error| malformed(path, &format!("damaged WAV file: {error}"));
    let mut reader = WavReader::new(Cursor::new(essential)).map_err(damaged)?;
    let spec = reader.spec();
    let channels = usize::from(spec.channels).max(1);
    // No more than there are bytes.
    let count = reader.len();
    let numbers = u64::from(count) + u64::from(count) / channels as u64;
    let bytes = size_of::<f32>() as u64 * numbers;
    memory::check_reading(path, bytes, &format!("{count} samples"))?;
    let mut interleaved: Vec<f32> = Vec::with_capacity(count as usize);
    match spec.sample_format {
        SampleFormat::Int => {
            let scale = 2f32.powi(1 - i32::from(spec.bits_per_sample));
            for sample in reader.samples::<i32>() {
                interleaved.push(sample.map_err(damaged)? as f32 * scale);
            }
        }
        SampleFormat::Float => {
            for sample in reader.samples::<f32>() {
                interleaved.push(sample.map_err(damaged)?);
            }
        }
    }
    if let Some(index) = too_loud(&interleaved) {
        let message = format!(
            "{}: sample {index} of the WAV file is {}, expected a number from -{LOUDEST:e} to {LOUDEST:e}",
            path.display(),
            interleaved[index]
        );
        return Err(Error::new(ErrorKind::NotFinite, message)
            .of_file(path)
            .with_hint("export the recording again as 16-bit integers"));
    }
    let frames = interleaved.chunks_exact(channels);
    // The scale comes first: the sum of loud floats could leave the range of numbers.
    let mean = |frame: &[f32]| frame.iter().map(|sample| sample / channels as f32).sum();
    Ok(Clip {
        samples: frames.map(mean).collect(),
        rate: spec.sample_rate,
        channels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;
    use std::path::PathBuf;

    const CLIP_SAMPLES: usize = 16_000;
    const SAMPLE_RATE: u32 = 16_000;

    fn in_memory(bytes: &[u8]) -> Result<Clip, Error> {
        decode(bytes, Path::new("test.wav"))
    }

    fn assert_near(samples: &[f32], expected: &[f32], tolerance: f32, case: &str) {
        let off = samples.iter().zip(expected).map(|(a, b)| (a - b).abs());
        let worst = off.fold(0.0, f32::max);
        assert!(worst < tolerance, "{case}: off by {worst}");
    }

    fn encode<S: hound::Sample + Copy>(
        bits: u16,
        sample_format: SampleFormat,
        channels: u16,
        sample_rate: u32,
        values: &[S],
    ) -> Vec<u8> {
        let spec = WavSpec {
            channels,
            sample_rate,
            bits_per_sample: bits,
            sample_format,
        };
        let mut buffer = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut buffer, spec).unwrap();
        for &value in values {
            writer.write_sample(value).unwrap();
        }
        writer.finalize().unwrap();
        buffer.into_inner()
    }

    fn integers(bits: u16, channels: u16, values: &[i32]) -> Vec<u8> {
        encode(bits, SampleFormat::Int, channels, 16_000, values)
    }

    fn floats(values: &[f32]) -> Vec<u8> {
        encode(32, SampleFormat::Float, 1, 44_100, values)
    }

    /// A header of the short form, and nothing after the length of the samples.
    fn header(kind: u16, channels: u16, rate: u32, bits: u16, length: u32) -> Vec<u8> {
        let frame = channels * (bits / 8);
        let [kind, channels, frame_bytes, bits] =
            [kind, channels, frame, bits].map(u16::to_le_bytes);
        let per_second = rate.wrapping_mul(u32::from(frame)).to_le_bytes();
        let (rate, length) = (rate.to_le_bytes(), length.to_le_bytes());
        let before = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".as_slice();
        let format = [
            before,
            &kind,
            &channels,
            &rate,
            &per_second,
            &frame_bytes,
            &bits,
        ];
        [&format.concat(), b"data".as_slice(), &length].concat()
    }

    #[test]
    fn integers_of_every_depth_span_plus_and_minus_one() {
        for bits in [8, 16, 24, 32] {
            let full = 2f64.powi(i32::from(bits) - 1);
            let values = [0, (-full) as i32, (full - 1.0) as i32, (full / 4.0) as i32];
            let clip = in_memory(&integers(bits, 1, &values)).unwrap();
            let expected = [0.0, -1.0, (1.0 - 1.0 / full) as f32, 0.25];
            assert_eq!(
                (&*clip.samples, clip.rate),
                (&expected[..], 16_000),
                "{bits} bits"
            );
        }
    }

    #[test]
    fn good_files_are_read() {
        let loud = [0.0, -1.5, 0.123_456_7, LOUDEST];
        let stereo = [16_384, -16_384, 16_384, 0, 8_192, 8_192];
        let mut with_a_list = integers(16, 1, &[16_384]);
        with_a_list.splice(12..12, *b"LIST\x03\0\0\0abc\0");
        for (case, bytes, expected) in [
            ("floats are taken as they are", floats(&loud), &loud[..]),
            (
                "channels are mixed",
                integers(16, 2, &stereo),
                &[0.0, 0.25, 0.25],
            ),
            (
                "three of them",
                integers(16, 3, &[8_192, 16_384, -24_576]),
                &[0.0],
            ),
            ("a chunk of odd length is padded", with_a_list, &[0.5]),
        ] {
            assert_eq!(in_memory(&bytes).unwrap().samples, expected, "{case}");
        }
        assert_eq!(in_memory(&floats(&loud)).unwrap().rate, 44_100);
    }

    #[test]
    fn a_stream_of_unknown_length_is_read_to_its_end() {
        // What ffmpeg, sox, arecord and those who never come back to the header write.
        for length in [
            u32::MAX,
            0x7fff_f000,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffdb,
            0,
        ] {
            let mut bytes = header(1, 1, 16_000, 16, length);
            bytes.extend([0, 0x40, 0, 0xc0, 7]);
            assert_eq!(in_memory(&bytes).unwrap().samples, [0.5, -0.5], "{length}");
        }
        // Rounded down to frames of 3 bytes.
        let mut bytes = header(1, 1, 16_000, 24, 0x7fff_f000 - 0x7fff_f000 % 3);
        bytes.extend([0, 0, 0x40, 0, 0, 0xc0]);
        assert_eq!(in_memory(&bytes).unwrap().samples, [0.5, -0.5]);
    }

    #[test]
    fn a_recording_without_samples_is_empty_whatever_follows() {
        for rest in [
            &b""[..],
            b"LIST\x03\0\0\0abc\0",
            b"id3 \x02\0\0\0abLIST\0\0\0\0",
        ] {
            let mut bytes = header(1, 1, 16_000, 16, 0);
            bytes.extend(rest);
            let error = in_memory(&bytes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Empty, "{error}");
        }
    }

    #[test]
    fn bad_files_are_told_apart() {
        let sound = integers(16, 1, &[1, 2, 3]);
        let short_format = b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0\x01\0";
        let promised = "promises 6 bytes of samples, the file holds 5";
        let cases: [(&str, &[u8]); 13] = [
            ("not a WAV file", b""),
            ("not a WAV file", b"OggS and so on and on"),
            ("no \"data\" chunk", b"RIFF\0\0\0\0WAVE"),
            ("expected at least 16", short_format),
            ("ends inside", &sound[..30]),
            (promised, &sound[..sound.len() - 1]),
            ("0 channels", &header(1, 0, 16_000, 16, 2)),
            ("sample rate of 0 Hz", &header(1, 1, 0, 16, 2)),
            ("holds no samples", &header(1, 1, 16_000, 16, 0)),
            ("of 64-bit floats", &header(3, 1, 16_000, 64, 8)),
            ("format number 2", &header(2, 1, 16_000, 16, 2)),
            ("sample 1 of the WAV file is NaN", &floats(&[0.0, f32::NAN])),
            (
                "is 100000000000000000, expected a number from -1e15 to 1e15",
                &floats(&[0.0, 1e17]),
            ),
        ];
        for (expected, bytes) in cases {
            let error = in_memory(bytes).unwrap_err();
            let message = error.to_string();
            assert!(message.contains(expected), "{expected}: {message}");
            assert!(message.starts_with("test.wav: "), "{message}");
            assert!(error.hint().is_some(), "{message}");
        }
    }

    #[test]
    fn files_that_are_absent_or_cannot_be_made_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("absent").join("clip.wav");
        let unread = read_wav(&path).unwrap_err();
        for error in [unread, write_wav(&path, &[0.0], 16_000).unwrap_err()] {
            assert!(error.to_string().contains("clip.wav"), "{error}");
        }
    }

    #[test]
    fn what_is_written_is_read_back_clipped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.wav");
        write_wav(&path, &[0.0, 0.5, -1.0, 7.0, -7.0, f32::NAN], 22_050).unwrap();
        let clip = read_wav(&path).unwrap();
        let loudest = 32_767.0 / 32_768.0;
        assert_eq!(clip.samples, [0.0, 0.5, -1.0, loudest, -1.0, 0.0]);
        assert_eq!(clip.rate, 22_050);
    }

    #[test]
    fn a_long_recording_gives_the_clip_that_its_beginning_gives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        for rate in [1_000, 44_100, 48_000] {
            let wave = |index| (index as f32 * 0.3).sin() * 0.9;
            let long: Vec<f32> = (0..rate * 6).map(wave).collect();
            write_wav(&path, &long, rate).unwrap();
            let clip = load_clip(&path, SAMPLE_RATE, CLIP_SAMPLES).unwrap();
            let full = resample(&read_wav(&path).unwrap().samples, rate, SAMPLE_RATE).unwrap();
            assert_near(&clip, &full, 1e-5, &format!("{rate} Hz"));
        }
    }

    #[test]
    fn a_long_recording_is_as_many_clips_as_it_takes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        for (rate, seconds, clips) in [(16_000, 1.0, 1), (44_100, 3.0, 3), (8_000, 2.5, 3)] {
            let count = (f64::from(rate) * seconds) as usize;
            let long: Vec<f32> = (0..count).map(|at| (at as f32 * 0.3).sin() * 0.9).collect();
            write_wav(&path, &long, rate).unwrap();
            let found = load_clips(&path, SAMPLE_RATE, CLIP_SAMPLES).unwrap();
            assert_eq!(found.len(), clips, "{rate} Hz");
            assert!(found.iter().all(|clip| clip.len() == CLIP_SAMPLES));
            let first = load_clip(&path, SAMPLE_RATE, CLIP_SAMPLES).unwrap();
            let near = |(one, other): (&f32, &f32)| (one - other).abs() < 1e-5;
            assert!(found[0].iter().zip(&first).all(near), "{rate} Hz");
            let full = resample(&read_wav(&path).unwrap().samples, rate, SAMPLE_RATE).unwrap();
            let end = &found[clips - 1][..4_000];
            assert_eq!(end, &full[(clips - 1) * CLIP_SAMPLES..][..4_000]);
        }
    }

    #[test]
    fn recordings_become_the_waveforms_that_other_resamplers_give() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/weights");
        let Ok(golden) = std::fs::read(folder.join("attrnn-gsc35.golden.safetensors")) else {
            eprintln!("skipped: {} is absent", folder.display());
            return;
        };
        let golden = safetensors::SafeTensors::deserialize(&golden).unwrap();
        let waveform = golden.tensor("waveform").unwrap();
        let (values, _) = waveform.data().as_chunks::<4>();
        let waveform: Vec<f32> = values.iter().copied().map(f32::from_le_bytes).collect();
        let names = ["word_eight.wav", "word_five.wav", "word_follow.wav"];
        for (name, expected) in names.iter().zip(waveform.chunks_exact(CLIP_SAMPLES)) {
            let clip = load_clip(folder.join(name), SAMPLE_RATE, CLIP_SAMPLES).unwrap();
            // Resamplers differ by how steeply they cut below 8 kHz.
            assert_near(&clip, expected, 1e-3, name);
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = in_memory(&bytes);
            let signature = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".as_slice();
            let _ = in_memory(&[signature, &bytes].concat());
        }

        #[test]
        fn damaged_files_never_panic(
            place in 0usize..56,
            byte in any::<u8>(),
            length in 0usize..56,
            bits in prop::sample::select(vec![8u16, 16, 24, 32]),
        ) {
            let mut bytes = integers(bits, 2, &[1, 2, 3, 4]);
            if let Some(old) = bytes.get_mut(place) {
                *old = byte;
            }
            let _ = in_memory(&bytes);
            let _ = in_memory(&bytes[..length.min(bytes.len())]);
        }
    }
}
