//! Before a change begins: whose fields it takes, whether it can be proved, and whether somebody agrees.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::fault::Fault;
use super::output::{remark, shown};
use super::{Shell, words};
use crate::config::administer::Changing;
use crate::domain::{Manager, Operation, StepState};

/// Shows the plan and asks. What nobody agreed to does not begin.
pub(super) async fn agree(
    shell: &Shell,
    operation: &Operation,
    changing: &Changing,
) -> Result<(), Fault> {
    if changing.dry_run {
        return Ok(());
    }
    remark(&words::plan(operation));
    check_owners(operation, changing)?;
    check_tools(operation, changing)?;
    check_proof(shell, operation, changing).await?;
    let irreversible = operation
        .steps
        .iter()
        .any(|record| !record.step.is_reversible());
    if irreversible && !changing.yes {
        return confirm_by_name(&operation.subject);
    }
    confirm("Carry this out?", changing)
}

/// Fields of other managers are taken over only from those who are named.
fn check_owners(operation: &Operation, changing: &Changing) -> Result<(), Fault> {
    let conflicts = operation.conflicts();
    let mut open: Vec<&str> = conflicts
        .iter()
        .map(|conflict| conflict.manager.as_str())
        .filter(|manager| !changing.take_over.iter().any(|named| named == manager))
        .collect();
    open.sort_unstable();
    open.dedup();
    if open.is_empty() {
        return Ok(());
    }
    let flags: Vec<String> = open
        .iter()
        .map(|manager| format!("--take-over {manager}"))
        .collect();
    Err(Fault::not_begun(format!(
        "Fields of other owners would change. If that is meant: {}",
        flags.join(" ")
    )))
}

/// What a tool will put back is changed only when that tool is named.
fn check_tools(operation: &Operation, changing: &Changing) -> Result<(), Fault> {
    let open: Vec<Manager> = operation
        .git_managers()
        .into_iter()
        .filter(|tool| !changing.temporary.iter().any(|named| named == tool.key()))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let tools: Vec<&str> = open.iter().map(|tool| tool.as_str()).collect();
    let flags: Vec<String> = open
        .iter()
        .map(|tool| format!("--temporary {}", tool.key()))
        .collect();
    Err(Fault::not_begun(format!(
        "Kept by {}, and put back from there. Commit the change there; or, if it is meant for the time until then: {}",
        tools.join(" and "),
        flags.join(" ")
    )))
}

/// A login that cannot be proved is not made by accident.
pub(super) async fn check_proof(
    shell: &Shell,
    operation: &Operation,
    changing: &Changing,
) -> Result<(), Fault> {
    let proves = operation
        .steps
        .iter()
        .any(|record| record.step.is_proof() && record.state != StepState::Done);
    if !proves {
        return Ok(());
    }
    let Err(why) = shell.dex_answers().await else {
        return Ok(());
    };
    let way =
        "kubectl -n auth port-forward service/dex 5556:5556, and --dex-url http://localhost:5556";
    if changing.proving.no_proof {
        return Err(Fault::not_begun(format!(
            "This operation was planned with a proof and goes on with it. Reach Dex: {way}"
        )));
    }
    Err(Fault::not_begun(format!(
        "The login could not be proved by signing in. {why} Reach Dex: {way}. Or do without: --no-proof"
    )))
}

pub(super) fn confirm(question: &str, changing: &Changing) -> Result<(), Fault> {
    if changing.yes {
        return Ok(());
    }
    let answer = answer(&format!("{question} [y/N] "))?;
    match answer.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Fault::not_begun("You said no.")),
    }
}

fn confirm_by_name(subject: &str) -> Result<(), Fault> {
    let answer = answer(&format!(
        "This cannot be undone. Type {} to confirm: ",
        shown(subject)
    ))?;
    if answer == subject {
        Ok(())
    } else {
        Err(Fault::not_begun("That is not what it is about."))
    }
}

fn answer(question: &str) -> Result<String, Fault> {
    let mut err = std::io::stderr();
    if !std::io::stdin().is_terminal() {
        return Err(Fault::not_begun(
            "There is nobody to ask: standard input is no terminal. Say --yes to carry it out, or --dry-run to only look.",
        ));
    }
    let _ = write!(err, "{question}").and_then(|()| err.flush());
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Fault::not_begun(format!("Standard input cannot be read: {error}.")))?;
    Ok(line.trim().to_owned())
}
