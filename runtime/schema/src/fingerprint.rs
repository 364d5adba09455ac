//! How is a wire shape told from another in a few bytes?

use std::fmt;
use std::str::FromStr;

/// The hash of a wire shape. Equal fingerprints: equal shapes.
///
/// ```
/// use traitwire_schema::fingerprint::Fingerprint;
///
/// let fingerprint: Fingerprint = "00112233445566778899aabbccddeeff".parse()?;
/// assert_eq!(fingerprint.0[15], 0xff);
/// assert_eq!(fingerprint.to_string(), "00112233445566778899aabbccddeeff");
/// # Ok::<(), traitwire_schema::fingerprint::BadFingerprint>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// The fingerprint of a canonical text: the first 16 bytes of its SHA-256.
    #[cfg(feature = "fingerprint")]
    pub(crate) fn of(text: &str) -> Fingerprint {
        use sha2::Digest as _;
        let hash = sha2::Sha256::digest(text.as_bytes());
        let mut first = [0; 16];
        for (to, from) in first.iter_mut().zip(hash.iter()) {
            *to = *from;
        }
        Fingerprint(first)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A text that is no fingerprint: it has 32 digits from `0` to `9` and `a` to `f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadFingerprint;

impl fmt::Display for BadFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint has 32 lower-case hexadecimal digits")
    }
}

impl std::error::Error for BadFingerprint {}

impl FromStr for Fingerprint {
    type Err = BadFingerprint;

    /// # Errors
    /// [`BadFingerprint`] unless these are 32 lower-case hexadecimal digits: each fingerprint has
    /// one text.
    fn from_str(text: &str) -> Result<Self, BadFingerprint> {
        if text.len() != 32 {
            return Err(BadFingerprint);
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = pair.iter().try_fold(0, |byte, c| Ok(byte << 4 | digit(*c)?))?;
        }
        Ok(Fingerprint(bytes))
    }
}

fn digit(c: u8) -> Result<u8, BadFingerprint> {
    match c {
        b'0'..=b'9' => Ok(c - b'0'),
        b'a'..=b'f' => Ok(c - b'a' + 10),
        _ => Err(BadFingerprint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_has_exactly_one_text() {
        let text = "9b1f00000000000000000000000000ff";
        assert_eq!(text.parse::<Fingerprint>().unwrap().to_string(), text);
        for bad in ["", "9b1f", &text.to_uppercase(), &format!("{text}0"), &"é".repeat(16)] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(BadFingerprint), "{bad}");
        }
    }

    #[cfg(feature = "fingerprint")]
    #[test]
    fn the_hash_is_the_first_half_of_sha_256() {
        assert_eq!(Fingerprint::of("abc").to_string(), "ba7816bf8f01cfea414140de5dae2223");
    }
}
