//! A change from its plan to its receipt: shown, asked about, carried out, and told of step by step.

use std::time::Duration;

use super::agree::{agree, check_proof, confirm};
use super::fault::{End, Fault};
use super::output::{remark, shown, write};
use super::passwords::{Chosen, Sheet};
use super::{LEASE, Shell, words};
use crate::config::administer::{Changing, Format};
use crate::domain::{Operation, OperationId, PlainPassword, State, StepState};
use crate::operation::{Consent, StartRefusal, TakenOver, Temporary};

const POLL: Duration = Duration::from_millis(100);
const HEADINGS: [&str; 5] = ["Operation", "State", "What", "Subject", "Since"];

/// What is done with an operation that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum ResumeHow {
    /// One that failed.
    Resume,
    /// One whose program is gone.
    TakeOver,
    Undo,
}

/// Shows the plan, asks, does it, and gives the receipt. A plan that is not carried out is forgotten.
pub(in crate::cli) async fn carry_out(
    shell: &Shell,
    operation: Operation,
    changing: &Changing,
    chosen: Option<Chosen>,
) -> Result<End, Fault> {
    let id = operation.id;
    if let Err(fault) = agree(shell, &operation, changing).await {
        forget(shell, id).await;
        chosen.into_iter().for_each(Chosen::withdraw);
        return Err(fault);
    }
    if changing.dry_run {
        forget(shell, id).await;
        shell.end().await;
        return print_plan(&operation, changing.asking.output);
    }
    let reveal = choose(shell, id, chosen);
    if let Err(refusal) = shell.engine.start(&id, consent(&operation)).await {
        forget(shell, id).await;
        return Err(refusal.into());
    }
    follow_to_receipt(shell, id, changing, reveal).await
}

/// What was agreed to: everything that the plan named, each by its flag.
fn consent(operation: &Operation) -> Consent {
    Consent {
        taken_over: if operation.conflicts().is_empty() {
            TakenOver::No
        } else {
            TakenOver::Yes
        },
        temporary: if operation.git_managers().is_empty() {
            Temporary::NotAccepted
        } else {
            Temporary::Accepted
        },
    }
}

/// Resumes, takes over or undoes.
pub(in crate::cli) async fn go_on(
    shell: &Shell,
    operation: Operation,
    (how, changing): (ResumeHow, &Changing),
    chosen: Option<Chosen>,
) -> Result<End, Fault> {
    let id = operation.id;
    if how != ResumeHow::Undo {
        check_proof(shell, &operation, changing).await?;
    }
    if changing.dry_run {
        shell.end().await;
        return print_plan(&operation, changing.asking.output);
    }
    let verb = if how == ResumeHow::Undo {
        "Take back"
    } else {
        "Go on with"
    };
    remark(&words::plan(&operation));
    confirm(&format!("{verb} this operation?"), changing)?;
    let reveal = choose(shell, id, chosen);
    match how {
        ResumeHow::Resume => shell.engine.resume(&id).await?,
        ResumeHow::Undo => shell.engine.undo(&id).await?,
        ResumeHow::TakeOver => take_over(shell, id).await?,
    }
    follow_to_receipt(shell, id, changing, reveal).await
}

/// Whoever was killed holds its lease for a while.
async fn take_over(shell: &Shell, id: OperationId) -> Result<(), Fault> {
    let began = tokio::time::Instant::now();
    let patience = LEASE.unsigned_abs() + Duration::from_secs(2);
    let mut told = false;
    loop {
        match shell.engine.take_over(&id).await {
            Err(StartRefusal::Busy) if began.elapsed() < patience => {
                if !told {
                    remark("Waiting until the program that worked on it is certainly gone.");
                    told = true;
                }
                tokio::time::sleep(POLL).await;
            }
            end => return Ok(end?),
        }
    }
}

/// What is shown at the end, besides the receipt.
enum Reveal {
    Nothing,
    Password,
    Sheet(Sheet),
}

fn choose(shell: &Shell, id: OperationId, chosen: Option<Chosen>) -> Reveal {
    match chosen {
        Some(Chosen::Given(password)) => {
            shell.engine.choose_password(&id, password);
            Reveal::Nothing
        }
        Some(Chosen::Generated) => Reveal::Password,
        Some(Chosen::Sheet(sheet)) => Reveal::Sheet(sheet),
        None => Reveal::Nothing,
    }
}

/// A plan that nobody started is of no use to anybody. It would be forgotten in a day as well.
async fn forget(shell: &Shell, id: OperationId) {
    let _ = shell.engine.discard(&id).await;
}

fn print_plan(operation: &Operation, format: Format) -> Result<End, Fault> {
    if format == Format::Table {
        write(&shown(&words::plan(operation)))?;
        write("Dry run: nothing was changed.\n")?;
    } else {
        words::item(operation).print("Operation", &HEADINGS, format)?;
    }
    Ok(End::Done)
}

/// Prints what happens until it has ended or is interrupted.
async fn follow_to_receipt(
    shell: &Shell,
    id: OperationId,
    changing: &Changing,
    reveal: Reveal,
) -> Result<End, Fault> {
    let followed = tokio::select! {
        operation = follow(shell, id) => Some(operation?),
        () = interrupted() => None,
    };
    let mut password = None;
    let mut handed_over = Ok(());
    match reveal {
        Reveal::Password => password = shell.engine.take_password(&id),
        // Whoever has a login by now gets the password, however the others fared.
        Reveal::Sheet(sheet) if followed.is_some() => {
            handed_over = sheet.hand_over(&shell.engine.take_sheet(&id).await?);
        }
        Reveal::Nothing | Reveal::Sheet(_) => {}
    }
    shell.end().await;
    handed_over?;
    let Some(operation) = followed else {
        return Err(Fault::stopped(format!(
            "Interrupted. Go on with: kubeflow-admin operation resume {id}"
        )));
    };
    show(&operation, password.as_ref(), changing)
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn follow(shell: &Shell, id: OperationId) -> Result<Operation, Fault> {
    let mut told: Vec<StepState> = Vec::new();
    loop {
        let found = shell.store.operation_find(&id).await?;
        let operation = found.ok_or(StartRefusal::Gone)?;
        told.resize(operation.steps.len(), StepState::Waiting);
        for (record, told) in operation.steps.iter().zip(&mut told) {
            if record.state != *told {
                if let Some(line) = words::progress(record) {
                    remark(&line);
                }
                *told = record.state;
            }
        }
        if !operation.state.is_active() {
            return Ok(operation);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The receipt. The password is in it when it was generated here, and nowhere else afterwards.
fn show(
    operation: &Operation,
    password: Option<&PlainPassword>,
    changing: &Changing,
) -> Result<End, Fault> {
    let good = matches!(operation.state, State::Done | State::Undone);
    if changing.asking.output == Format::Table {
        write(&shown(&words::receipt(operation)))?;
        if good && changing.proving.no_proof && operation.has_password() {
            write("Not proved: nobody signed in at Dex with it (--no-proof).\n")?;
        }
        if let Some(password) = password.filter(|_| good) {
            write(&format!(
                "Password, shown this once: {}\n",
                password.expose()
            ))?;
        }
    } else {
        let mut item = words::item(operation);
        let proved = !changing.proving.no_proof;
        if let Some(fields) = item.value.as_object_mut() {
            if operation.has_password() {
                fields.insert("proved".to_owned(), (good && proved).into());
            }
            if let Some(password) = password.filter(|_| good) {
                fields.insert("password".to_owned(), password.expose().into());
            }
        }
        item.print("Operation", &HEADINGS, changing.asking.output)?;
    }
    Ok(if good { End::Done } else { End::Failed })
}
