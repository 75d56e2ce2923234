//! `docs/checks.md`, made from the checks themselves; a test keeps the file in step.

use std::fmt::Write as _;

use super::check::{Group, Stage};
use super::checks::ALL;

/// The whole page.
pub(super) fn page() -> String {
    let mut text = INTRODUCTION.replace("{count}", &ALL.len().to_string());
    for group in Group::ALL {
        let _ = writeln!(text, "\n## {}", group.title());
        for check in ALL.iter().filter(|check| check.group == group) {
            let when = match check.stage {
                Stage::Installed => "",
                Stage::Before => ", before an installation only",
                Stage::Both => ", also before an installation",
            };
            let _ = write!(
                text,
                "\n### {}\n\n**{}** ({}{when}). {}\n\n{}\n\n*What to do:* {}\n",
                check.code,
                check.title,
                check.severity.as_str(),
                check.expected,
                check.why,
                check.repair
            );
        }
    }
    text
}

const INTRODUCTION: &str = "# Checks

This page is made from the checks themselves (`src/features/doctor/checks`, one file each); do not edit it.

There are {count}. In the browser they are under *Checks*; from a laptop, with a kubeconfig that may only read:

```sh
kubeflow-admin doctor                     # a table
kubeflow-admin doctor --output json       # or junit
kubeflow-admin doctor --pre 1.11.0        # may this release be installed here?
```

The exit code is 0 when there is nothing at the level of `--fail-on` (by default `error`), 1 when there is, and 2 when the
cluster could not be looked at. A check that is not allowed to look says so; it is never silent about that.
";
