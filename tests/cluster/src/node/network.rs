//! The network namespace of a node.

use std::ffi::OsString;

use anyhow::{Result, bail};

use crate::{commands, run_directory::RunDirectory};

const FIRST_SUBNET: u8 = 200;
const LAST_SUBNET: u8 = 250;

/// A namespace, connected to the host by one pair of virtual network cards.
#[derive(Debug)]
pub(crate) struct Network {
    name: String,
    subnet: u8,
}

impl Network {
    /// Makes the namespace, and notes how to remove it.
    pub(crate) async fn create(run: &RunDirectory) -> Result<Self> {
        let name = format!("kfa-{}", run.name());
        // Whatever still runs inside, a browser for example, keeps the namespace alive.
        run.record_undo(&format!(
            "ip netns pids {name} | xargs -r kill -KILL; ip netns delete {name}"
        ))?;
        commands::run(&["ip", "netns", "add", &name]).await?;
        let subnet = connect(&name).await?;
        let network = Self { name, subnet };
        network.configure().await?;
        Ok(network)
    }

    /// The node's address, reachable from the host.
    pub(crate) fn node_address(&self) -> String {
        format!("192.168.{}.2", self.subnet)
    }

    fn host_address(&self) -> String {
        format!("192.168.{}.1", self.subnet)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What to put in front of a command. Not `ip netns exec`, which mounts another /sys, where
    /// kubelet finds no cgroups.
    pub(crate) fn enter(&self) -> Vec<OsString> {
        super::arguments(&["nsenter", &format!("--net=/run/netns/{}", self.name), "--"])
    }

    async fn configure(&self) -> Result<()> {
        let (card, node, host) = (
            format!("kfa{}", self.subnet),
            self.node_address(),
            self.host_address(),
        );
        commands::run(&["ip", "address", "add", &format!("{host}/24"), "dev", &card]).await?;
        commands::run(&["ip", "link", "set", &card, "up"]).await?;
        for inside in [
            vec!["link", "set", "lo", "up"],
            vec!["address", "add", &format!("{node}/24"), "dev", "eth0"],
            vec!["link", "set", "eth0", "up"],
            vec!["route", "add", "default", "via", &host],
        ] {
            let mut command = vec!["ip", "-n", &self.name];
            command.extend(inside);
            commands::run(&command).await?;
        }
        let enter = format!("--net=/run/netns/{}", self.name);
        let settings = "echo 1 > /proc/sys/net/ipv4/ip_forward && echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables";
        commands::run(&["nsenter", &enter, "--", "sh", "-c", settings]).await?;
        Ok(())
    }
}

/// Lays the cable. The card's name on the host stands for the subnet: who makes it first has it.
async fn connect(namespace: &str) -> Result<u8> {
    for subnet in FIRST_SUBNET..=LAST_SUBNET {
        let card = format!("kfa{subnet}");
        let made = commands::run(&[
            "ip", "link", "add", &card, "type", "veth", "peer", "name", "eth0", "netns", namespace,
        ])
        .await;
        match made {
            Ok(_) => return Ok(subnet),
            Err(problem) if problem.to_string().contains("File exists") => {}
            Err(problem) => return Err(problem),
        }
    }
    bail!("no free subnet between 192.168.{FIRST_SUBNET}.0 and 192.168.{LAST_SUBNET}.0")
}
