//! Until when a certificate is valid. Reads just so much DER as that takes, and trusts nothing by it.

use jiff::Timestamp;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of validity of the first certificate in a PEM text.
pub(super) fn not_after(pem: &str) -> Option<Timestamp> {
    use base64::Engine as _;
    let body = pem.split("-----BEGIN CERTIFICATE-----").nth(1)?;
    let body = body.split("-----END CERTIFICATE-----").next()?;
    let body: String = body.split_whitespace().collect();
    let der = base64::engine::general_purpose::STANDARD
        .decode(body)
        .ok()?;
    end_of_validity(&der)
}

fn end_of_validity(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(der, SEQUENCE)?;
    let (_, mut rest, _) = element(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = any(rest)?.2;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        rest = any(rest)?.2;
    }
    let (_, validity, _) = element(rest, SEQUENCE)?;
    let (_, _, rest) = any(validity)?;
    let (tag, text, _) = any(rest)?;
    moment(tag, std::str::from_utf8(text).ok()?)
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`; two digits below 50 are of this century.
fn moment(tag: u8, text: &str) -> Option<Timestamp> {
    let full = match tag {
        UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 {
                "20"
            } else {
                "19"
            };
            format!("{century}{text}")
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |from: usize, to: usize| full.get(from..to);
    format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    )
    .parse()
    .ok()
}

/// Tag, content and what follows.
type Element<'d> = (u8, &'d [u8], &'d [u8]);

fn element(data: &[u8], wanted: u8) -> Option<Element<'_>> {
    any(data).filter(|(tag, _, _)| *tag == wanted)
}

fn any(data: &[u8]) -> Option<Element<'_>> {
    let (&tag, rest) = data.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if count > 4 {
            return None;
        }
        let (bytes, rest) = rest.split_at_checked(count)?;
        let length = bytes
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made for this test: a self-signed certificate whose key is thrown away.
    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIBcTCCARegAwIBAgIUOi5NXDl4HzJnzR9ak5VbN8WRlwgwCgYIKoZIzj0EAwIw\nDjEMMAoGA1UEAwwDbGFiMB4XDTI2MTEyNDIyMjAzNFoXDTI5MTIyODIyMjAzNFow\nDjEMMAoGA1UEAwwDbGFiMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/FzCVK8X\nqh+rAod/3Yei3qeCGms+RF29R/T1DcfMzVgOOsN8tXmeVTVR6G4Er5/Ui97flPBo\nXYfOMxPCoi7fjqNTMFEwHQYDVR0OBBYEFJR/2A0ncVASsKouIDMrH6/q8G5BMB8G\nA1UdIwQYMBaAFJR/2A0ncVASsKouIDMrH6/q8G5BMA8GA1UdEwEB/wQFMAMBAf8w\nCgYIKoZIzj0EAwIDSAAwRQIgd948LxbhTXN9SIIO3n2v9WzYah89lCCxbpJG46cO\njnICIQCVXZk/adIRzdrNzK9erwAh+gvKx6V5ZZZ21BRgnzg22w==\n-----END CERTIFICATE-----";

    #[test]
    fn the_end_of_a_certificate_is_read() {
        assert_eq!(
            not_after(PEM),
            Some("2029-12-28T22:20:34Z".parse().unwrap())
        );
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        for text in [
            "",
            "\n",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        ] {
            assert_eq!(not_after(text), None, "{text}");
        }
    }
}
