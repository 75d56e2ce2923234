//! A form with a file: the token is checked before a byte of the file is kept, and no more is kept than the limit.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::form::{Fields, expected_token, is_ours, stale, unreadable};
use super::problem::Problem;

/// Everything but the file is a few words.
const LARGEST_FIELD: usize = 64 * 1024;
/// Fields of a form with a file.
const MOST_FIELDS: usize = 50;
/// Longest name of a file that is kept.
const LONGEST_NAME: usize = 100;

/// A file may be large: so many are in memory at a time, and others wait.
static FILES: Semaphore = Semaphore::const_new(2);

/// What stood in the field for the file.
#[derive(Default)]
pub enum File {
    #[default]
    None,
    Given {
        /// What the person's computer calls it; fit to be shown.
        name: String,
        bytes: Vec<u8>,
    },
    /// It went on past the limit; nothing of it was kept.
    TooLarge,
}

/// The fields of a form and its file, after its token was checked.
pub struct CheckedUpload<const LIMIT: usize> {
    pub fields: Fields,
    pub file: File,
    /// The file's place in memory.
    _turn: SemaphorePermit<'static>,
}

impl<const LIMIT: usize, S: Send + Sync> FromRequest<S> for CheckedUpload<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let expected = expected_token(&request);
        let turn = FILES.acquire().await.map_err(|_| unreadable())?;
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| unreadable())?;
        let (mut pairs, mut file) = (Vec::new(), File::None);
        let ours = |pairs: &[(String, String)]| {
            let token = pairs.iter().find(|(name, _)| name == "csrf");
            token.is_some_and(|(_, token)| is_ours(token, &expected))
        };
        while let Some(field) = parts.next_field().await.map_err(|_| unreadable())? {
            let name = field.name().unwrap_or_default().to_owned();
            if field.file_name().is_some() {
                if !ours(&pairs) {
                    return Err(stale());
                }
                file = read_file(field, LIMIT)
                    .await
                    .map_err(|error| broken(&error))?;
            } else if pairs.len() < MOST_FIELDS {
                pairs.push((name, read_text(field).await?));
            } else {
                return Err(unreadable());
            }
        }
        if !ours(&pairs) {
            return Err(stale());
        }
        Ok(Self {
            fields: Fields::of(pairs),
            file,
            _turn: turn,
        })
    }
}

/// What comes after the limit is read and forgotten, so that the browser hears the answer.
async fn read_file(mut field: Field<'_>, limit: usize) -> Result<File, MultipartError> {
    let name = fit(field.file_name().unwrap_or_default());
    let mut bytes = Vec::new();
    let mut too_large = false;
    while let Some(chunk) = field.chunk().await? {
        too_large |= bytes.len() + chunk.len() > limit;
        if too_large {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(match (too_large, name.is_empty() && bytes.is_empty()) {
        (true, _) => File::TooLarge,
        (false, true) => File::None,
        (false, false) => File::Given { name, bytes },
    })
}

async fn read_text(mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| unreadable())? {
        if bytes.len() + chunk.len() > LARGEST_FIELD {
            return Err(unreadable());
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| unreadable())
}

/// The last part of what may be a path, without what does not print.
fn fit(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let printable = last.chars().filter(|c| !c.is_control());
    printable.take(LONGEST_NAME).collect()
}

fn broken(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "KA-FORM",
            "This file is far too large",
            "Nothing of it was kept.",
        )
        .input("Nothing was changed.")
    } else {
        unreadable()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_fit_to_be_shown() {
        assert_eq!(fit("C:\\temp\\kubeflow.yaml"), "kubeflow.yaml");
        assert_eq!(fit("../../etc/x\u{7}.yaml"), "x.yaml");
        assert_eq!(fit(&"a".repeat(300)).len(), LONGEST_NAME);
    }
}
