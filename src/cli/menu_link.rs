//! `kubeflow-admin menu-link`: our entry in the Central Dashboard's menu, with the rights of whoever runs it.

use super::say;
use crate::cluster::{self, Cluster, Menu, MenuChange};
use crate::config::{MenuLink, MenuPlace};
use crate::web::paths;

pub async fn run(options: &MenuLink) -> anyhow::Result<()> {
    let (place, change) = match options {
        MenuLink::Add(entry) => {
            let wanted = cluster::MenuEntry {
                link: paths::HOME.to_owned(),
                text: entry.text.clone(),
                icon: entry.icon.clone(),
            };
            let cluster = connect(&entry.place).await?;
            let change = cluster.add_to_menu(menu(&entry.place), &wanted).await?;
            (&entry.place, change)
        }
        MenuLink::Remove(place) => {
            let cluster = connect(place).await?;
            let change = cluster.remove_from_menu(menu(place), paths::HOME).await?;
            (place, change)
        }
    };
    let map = format!(
        "ConfigMap {} in namespace {}",
        place.config_map, place.namespace
    );
    say(&match change {
        MenuChange::Written => format!("{map} was changed; the menu shows it at the next page."),
        MenuChange::Nothing => format!("{map} is like that already; nothing was changed."),
    });
    Ok(())
}

fn menu(place: &MenuPlace) -> Menu<'_> {
    Menu {
        namespace: &place.namespace,
        config_map: &place.config_map,
    }
}

async fn connect(place: &MenuPlace) -> Result<Cluster, cluster::Error> {
    let settings = cluster::Settings {
        kubeconfig: place.kubeconfig.clone(),
        context: place.context.clone(),
        identity: None,
        impersonated: None,
        clock: || crate::clock::Clock.now(),
    };
    Cluster::connect(&settings).await
}
