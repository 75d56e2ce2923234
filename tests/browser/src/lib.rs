//! Chromium, driven as a person would use it, and what is looked at on every page.
//!
//! - [`driver`]: chromedriver as a child process; everything it started ends with it;
//! - [`window`]: one person's browser: addresses, fields, buttons;
//! - [`looks`]: screenshots in both widths and both colour schemes, accessibility (axe-core), and what a page must
//!   never do: ask another host, complain in the console, be wider than the screen, have no name.
//!
//! Knows nothing of the dashboard but its addresses, and nothing of the lab.

pub mod driver;
pub mod looks;
pub mod window;

pub use driver::Driver;
pub use looks::Album;
pub use window::{Focus, Scripts, Window};
