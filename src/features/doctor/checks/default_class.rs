//! A default StorageClass.

use crate::cluster::snapshot::StorageClass;
use crate::domain::{Repair, Severity};
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};

pub(super) static CHECK: Check = Check {
    code: "default-class",
    title: "A default StorageClass",
    group: Group::Storage,
    severity: Severity::Error,
    stage: Stage::Both,
    expected: "One StorageClass is marked as the default one.",
    why: "No PersistentVolumeClaim that Kubeflow ships names a class. Without a default one they stay Pending: the databases of Pipelines and Katib, the object store and, up to 1.8, the sign-in itself never start.",
    repair: "Mark the class that new volumes shall come from. Kubernetes 1.26 and later then fills it into the claims that wait; before that they have to be made again.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    let classes = case.snapshot.classes.all()?;
    if classes.iter().any(StorageClass::is_default) {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = classes.iter().map(|one| one.meta.name.as_str()).collect();
    let finding = match names.as_slice() {
        [] => CHECK
            .finding(
                "StorageClasses",
                "the cluster has no StorageClass at all: nothing can make volumes",
            )
            .command("kubectl get storageclass"),
        [only] => CHECK
            .finding(
                format!("StorageClass {only}"),
                "it is the only one, and not marked as the default one",
            )
            .fix(Repair::MakeDefaultClass {
                class: (*only).to_owned(),
            }),
        [first, ..] => CHECK
            .finding(
                "StorageClasses",
                "none of them is marked as the default one",
            )
            .seen("classes", names.join(", "))
            .fix(Repair::MakeDefaultClass {
                class: (*first).to_owned(),
            }),
    };
    Ok(vec![finding])
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn a_cluster_without_a_default_class_is_found() {
        healthy("1.6.1")
            .but(|s| s.classes.items_mut()[0].meta.annotations.clear())
            .has_only("default-class");
        healthy("1.9.1")
            .but(|s| s.classes.items_mut().clear())
            .has_only("default-class");
    }
}
