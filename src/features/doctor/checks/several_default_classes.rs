//! Only one default StorageClass.

use crate::cluster::snapshot::StorageClass;
use crate::domain::{Repair, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "several-default-classes",
    title: "Only one default StorageClass",
    group: Group::Storage,
    severity: Severity::Warning,
    stage: Stage::Both,
    expected: "No more than one StorageClass is marked as the default one.",
    why: "Before Kubernetes 1.26 every claim without a class is then refused; later the newest class wins, whether or not that was meant.",
    repair: "Take the mark from all but one.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let classes = case.snapshot.classes.all()?;
    let mut defaults: Vec<&StorageClass> = classes.iter().filter(|one| one.is_default()).collect();
    // As the API server chooses: the newest, of equals the first by name.
    defaults.sort_by(|a, b| {
        let newest = b.meta.created_at.cmp(&a.meta.created_at);
        newest.then_with(|| a.meta.name.cmp(&b.meta.name))
    });
    let Some((winner, others)) = defaults.split_first() else {
        return Ok(Vec::new());
    };
    let finding = |other: &&StorageClass| {
        let class = other.meta.name.clone();
        CHECK
            .finding(
                format!("StorageClass {class}"),
                "it is marked as the default one besides another",
            )
            .seen("the one that is used", winner.meta.name.clone())
            .fix(Repair::UnmakeDefaultClass { class })
    };
    Ok(others.iter().map(finding).collect())
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn the_older_of_two_default_classes_is_found() {
        let world = healthy("1.9.1").but(|s| {
            let second = class("fast", s.taken_at);
            s.classes.items_mut().push(second);
        });
        world.has_only("several-default-classes");
        assert!(world.says("several-default-classes")[0].starts_with("StorageClass standard:"));
    }
}
