//! The HTTP toolkit: routing with a declared permission, pages, problems, forms, cookies. Knows no feature.

pub mod admission;
pub mod app;
pub mod assets;
pub mod cookies;
pub mod csv;
pub mod extract;
pub mod fields;
pub mod flash;
pub mod form;
pub mod frame;
pub mod headers;
pub mod origin;
pub mod page;
pub mod pager;
pub mod paths;
pub mod problem;
pub mod routes;
pub mod scheme;
pub mod seats;
pub mod text_area;
pub mod throttle;
pub mod until;
pub mod view;
pub mod words;
