//! A login that Dex knows: a Password object, or an entry of `staticPasswords`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Email, UserName};

/// Where a login lives, which decides how it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoginSource {
    /// `passwords.dex.coreos.com`: effective at once, survives a re-installation.
    PasswordObject,
    /// `staticPasswords` in the Dex configuration: needs a restart of Dex.
    Static,
}

/// What is known of a login without its hash, which stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// As written at the source; may have upper case in a static entry.
    pub email: UserName,
    pub username: String,
    pub user_id: String,
    pub source: LoginSource,
    /// bcrypt cost, when the hash can be read; Dex refuses at sign-in what is outside 10 to 16.
    pub cost: Option<u32>,
    /// Is this the password that Kubeflow ships, 12341234?
    pub default_password: bool,
    /// Does its real hash wait beside one that matches nothing?
    pub disabled: bool,
}

/// Name of the object in which Dex keeps something under `id` (an e-mail in lower case, a client id).
///
/// Dex v2.45.1 `storage/kubernetes/client.go`, `idToName`: the bytes of the id, then the eight bytes of the
/// FNV-1 offset basis (it calls `Sum` on a fresh hasher), in base32 with a lower-case alphabet, no padding.
pub fn password_object_name(id: &str) -> String {
    const OFFSET_BASIS: [u8; 8] = [0xcb, 0xf2, 0x9c, 0xe4, 0x84, 0x22, 0x23, 0x25];
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bytes = id.bytes().chain(OFFSET_BASIS);
    let (mut name, mut buffer, mut bits) = (String::new(), 0_u16, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u16::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            name.push(char::from(ALPHABET[usize::from(buffer >> bits & 31)]));
            buffer &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        name.push(char::from(ALPHABET[usize::from(buffer << (5 - bits) & 31)]));
    }
    name
}

/// The `sub` of somebody with this user ID who signs in with e-mail and password: unpadded base64url of the message
/// `{1: user ID, 2: "local"}` (Dex v2.45.1 `server/internal/types.pb.go`).
pub fn subject_of(user_id: &str) -> String {
    let mut message = Vec::new();
    for (tag, text) in [(0x0a, user_id), (0x12, "local")] {
        // proto3 leaves out what is empty.
        if text.is_empty() {
            continue;
        }
        message.push(tag);
        let mut length = text.len();
        while length >= 0x80 {
            message.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
            length >>= 7;
        }
        message.push(u8::try_from(length).unwrap_or_default());
        message.extend_from_slice(text.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(message)
}

impl Login {
    /// Name of the Password object that this e-mail has, or would have.
    pub fn object_name(email: &Email) -> String {
        password_object_name(email.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_derived_as_dex_does_it() {
        for (id, name) in [
            (
                "user@example.com",
                "ovzwk4samv4gc3lqnrss4y3pnxf7fhheqqrcgji",
            ),
            (
                "admin@example.com",
                "mfsg22loibsxqylnobwgkltdn5w4x4u44scceizf",
            ),
            (
                "superuser@example.com",
                "on2xazlsovzwk4samv4gc3lqnrss4y3pnxf7fhheqqrcgji",
            ),
            ("foo", "mzxw7s7sttsiiirdeu"),
            ("kubeflow-admin", "nn2wezlgnrxxollbmrwws3wl6koojbbcemsq"),
            (
                "kubeflow-oidc-authservice",
                "nn2wezlgnrxxollpnfsggllbov2gq43foj3gsy3fzpzjzzeeeirsk",
            ),
        ] {
            assert_eq!(password_object_name(id), name);
        }
    }

    #[test]
    fn subjects_are_made_as_dex_makes_them() {
        for (user_id, subject) in [
            ("15841185641784", "Cg4xNTg0MTE4NTY0MTc4NBIFbG9jYWw"),
            (
                "08a8684b-db88-4b73-90a9-3cd1661f5466",
                "CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs",
            ),
            ("", "EgVsb2NhbA"),
        ] {
            assert_eq!(subject_of(user_id), subject);
        }
    }

    #[test]
    fn the_longest_email_gives_the_longest_object_name() {
        assert_eq!(password_object_name(&"a".repeat(150)).len(), 253);
    }
}
