//! Images can be pulled.

use crate::domain::Severity;
use crate::features::doctor::check::{Case, Check, Group, Outcome, Stage};
use crate::features::doctor::trouble::{self, Cause};

pub(super) static CHECK: Check = Check {
    code: "image-pull",
    title: "Images can be pulled",
    group: Group::Components,
    severity: Severity::Error,
    stage: Stage::Installed,
    expected: "Every image of the installation can be pulled.",
    why: "A registry that is out of reach, has moved, limits its answers or wants a password keeps the pod from starting.",
    repair: "The message names the image and what the registry answered. Mirror the image, or add credentials to the service account.",
    run,
};

fn run(case: &Case<'_>) -> Outcome {
    trouble::findings(case, &CHECK, &[Cause::ImagePull], trouble::describe_pods)
}

#[cfg(test)]
mod tests {
    use crate::features::doctor::fixtures::*;

    #[test]
    fn an_image_that_cannot_be_pulled_is_found() {
        let world = healthy("1.9.1").broken_pod("katib-ui", |pod| {
            let said = ("ImagePullBackOff".to_owned(), "not found".to_owned());
            pod.containers[0].waiting = Some(said);
        });
        world.has_only("image-pull");
        assert!(
            world.says("image-pull")[0]
                .contains("the image cannot be pulled (ImagePullBackOff): not found")
        );
    }
}
