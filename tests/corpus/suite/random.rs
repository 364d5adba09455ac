//! Which numbers does chance give, and which texts does a pattern have?

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// `SplitMix64`: the same numbers for a seed, everywhere and for ever.
pub(crate) struct Random(u64);

impl Random {
    /// The seed of a run that says nothing else.
    pub(crate) const SEED: u64 = 4;

    /// The seed of this run, which `CORPUS_SEED` sets.
    pub(crate) fn seed() -> u64 {
        std::env::var("CORPUS_SEED")
            .map_or(Self::SEED, |seed| seed.parse().expect("CORPUS_SEED: a u64"))
    }

    /// One of many independent sources of a seed.
    pub(crate) fn new(seed: u64, name: &str) -> Random {
        // FNV-1a.
        let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Random(seed ^ hash)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Less than `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("less than a usize")
    }

    /// Once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        if among.is_empty() { None } else { among.get(self.below(among.len())) }
    }

    /// In no order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }

    /// A text that meets a pattern, as far as Rust knows such patterns.
    pub(crate) fn matching(&mut self, pattern: &str) -> Option<String> {
        // Without Unicode, `\d` is what it is in ECMA 262.
        let bytes = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok();
        let hir = bytes.or_else(|| ParserBuilder::new().build().parse(pattern).ok())?;
        let mut text = Vec::new();
        self.write(&hir, &mut text)?;
        String::from_utf8(text).ok()
    }

    fn write(&mut self, hir: &Hir, text: &mut Vec<u8>) -> Option<()> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
            HirKind::Class(Class::Unicode(class)) => {
                let range = *self.pick(class.ranges())?;
                let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                let width = (end - start).min(200) as usize + 1;
                let offset = u32::try_from(self.below(width)).ok()?;
                let found = char::from_u32(start + offset)?;
                text.extend_from_slice(found.encode_utf8(&mut [0; 4]).as_bytes());
            }
            HirKind::Class(Class::Bytes(class)) => {
                let ascii: Vec<u8> = class
                    .ranges()
                    .iter()
                    .flat_map(|range| range.start()..=range.end())
                    .filter(u8::is_ascii)
                    .collect();
                text.push(*self.pick(&ascii)?);
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(repetition.min + 4).min(repetition.min + 12);
                let more = self.below((most - repetition.min) as usize + 1);
                for _ in 0..repetition.min as usize + more {
                    self.write(&repetition.sub, text)?;
                }
            }
            HirKind::Capture(capture) => self.write(&capture.sub, text)?,
            HirKind::Concat(parts) => {
                for part in parts {
                    self.write(part, text)?;
                }
            }
            HirKind::Alternation(parts) => {
                let at = self.below(parts.len());
                self.write(&parts[at], text)?;
            }
        }
        Some(())
    }
}
