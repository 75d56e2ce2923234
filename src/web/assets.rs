//! The few static files, inside the binary, under names that carry their content's hash: cached for ever.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::extract::Path;
use crate::clock;

struct Asset {
    name: &'static str,
    extension: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "app",
        extension: "css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../../static/dist/app.css"),
    },
    Asset {
        name: "app",
        extension: "js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/dist/app.js"),
    },
    Asset {
        name: "icons",
        extension: "svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../../static/dist/icons.svg"),
    },
    Asset {
        name: "favicon",
        extension: "svg",
        content_type: "image/svg+xml",
        bytes: include_bytes!("../../static/dist/favicon.svg"),
    },
];

/// Fonts go by their own names, because the style sheet names them.
const FONTS: [(&str, &[u8]); 2] = [
    (
        "red-hat-display.woff2",
        include_bytes!("../../static/dist/red-hat-display.woff2"),
    ),
    (
        "red-hat-text.woff2",
        include_bytes!("../../static/dist/red-hat-text.woff2"),
    ),
];

/// Paths of the static files, as pages link them.
pub struct Paths {
    pub css: String,
    pub js: String,
    pub icons: String,
    pub favicon: String,
}

pub static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    let path = |index: usize| format!("/kubeflow-admin/static/{}", file_name(&ASSETS[index]));
    Paths {
        css: path(0),
        js: path(1),
        icons: path(2),
        favicon: path(3),
    }
});

static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| ASSETS.iter().map(file_name).collect());

fn file_name(asset: &Asset) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = clock::hex(&Sha256::digest(asset.bytes));
    format!("{}.{}.{}", asset.name, &digest[..12], asset.extension)
}

pub async fn serve(Path(file): Path<String>) -> Response {
    if let Some((_, bytes)) = FONTS.iter().find(|(name, _)| *name == file) {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("font/woff2")),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=604800"),
            ),
        ];
        return (headers, *bytes).into_response();
    }
    let Some(index) = NAMES.iter().position(|name| *name == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asset = &ASSETS[index];
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(asset.content_type),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, asset.bytes).into_response()
}
