//! `kubeflow-admin user import`: everybody on a list, as the page for many people does it.

use crate::cli::apply::text_of;
use crate::cli::shell::{self, Chosen, End, Fault, Sheet, Shell, carry_out, remark};
use crate::config::administer::ImportUsers;
use crate::domain::Permission;
use crate::features::imports::form::ImportForm;
use crate::features::imports::{check, operations, table};
use crate::features::quotas::form::QuotaForm;
use crate::web::fields::FormErrors;

pub(super) async fn import(options: &ImportUsers) -> Result<End, Fault> {
    let quota = shell::quota(&options.quota)?;
    let shares = shell::shares(&options.share)?;
    let text = text_of(&options.file)
        .await
        .map_err(|error| Fault::not_begun(format!("{error:#}.")))?;
    let people = String::from_utf8(text)
        .map_err(|_| Fault::not_begun("The list is not written in UTF-8."))?;
    let lines = table::read(&people).map_err(Fault::not_begun)?;
    let (shell, access) = Shell::change(&options.changing, Permission::WriteUsers).await?;
    let form = ImportForm {
        people,
        with_profile: !options.no_profile,
        pattern: options.pattern.clone(),
        quota: QuotaForm::of(&quota),
        shared: shares
            .into_iter()
            .map(|(profile, role)| (profile.to_owned(), role.to_owned()))
            .collect(),
        skip: options.skip,
    };
    let mut errors = FormErrors::default();
    let common = form.common(&access, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let checked = check::check(&lines, &common, &check::Taken::of(&access));
    for problem in &checked.problems {
        remark(&format!(
            "line {}, {}: {}",
            problem.line, problem.text, problem.why
        ));
    }
    if checked.rows.is_empty() || !checked.problems.is_empty() && !options.skip {
        return Err(Fault::not_begun(
            "Lines of the list have problems. Mend them, or leave them out with --skip.",
        ));
    }
    if common.pattern.is_some() {
        shell.access(Permission::WriteProfiles)?;
    }
    if !common.shares.is_empty() {
        shell.access(Permission::WriteContributors)?;
    }
    let operation = operations::plan_add(&access, &checked.rows, common).await?;
    let chosen = if options.changing.dry_run {
        None
    } else {
        Some(Chosen::Sheet(Sheet::to(options.passwords.as_deref())?))
    };
    carry_out(&shell, operation, &options.changing, chosen).await
}
