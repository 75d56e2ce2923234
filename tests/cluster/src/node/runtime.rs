//! containerd, and the images given to it.

use std::{
    ffi::OsString,
    fmt::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};

use super::POD_RANGE;
use crate::{
    commands,
    image::Image,
    processes::{Process, Program},
    run_directory::RunDirectory,
    waiting,
};

/// The image that holds a pod's namespaces.
const PAUSE: &str = "localhost/lab/pause:1";

/// The running containerd.
pub(super) struct Runtime {
    process: Process,
    socket: PathBuf,
}

impl Runtime {
    pub(super) async fn start(run: &RunDirectory, inside: &[OsString]) -> Result<Self> {
        let socket = run.path().join("containerd.sock");
        let network = run.subdirectory("cni")?;
        std::fs::write(network.join("10-lab.conflist"), network_configuration(run))?;
        let configuration = run.write("containerd.toml", configuration(run, &socket, &network))?;
        let program = Program::new("containerd", Path::new("containerd"))
            .flag("config", &configuration)
            .under(inside);
        let process = Process::start(&program, run)?;
        let runtime = Self { process, socket };
        waiting::until_ready(&runtime.process, Duration::from_secs(20), || async {
            runtime.ctr(&["version"]).await.is_ok()
        })
        .await?;
        runtime
            .load(
                run,
                &busybox(PAUSE).entrypoint(&["/bin/busybox", "sleep", "2147483647"]),
            )
            .await?;
        Ok(runtime)
    }

    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Writes an image and gives it to containerd.
    pub(super) async fn load(&self, run: &RunDirectory, image: &Image) -> Result<()> {
        let file = image.name().replace(['/', ':'], "-");
        let path = run.subdirectory("images")?.join(format!("{file}.tar"));
        image.write_to(&path).await?;
        self.import(&path).await?;
        Ok(std::fs::remove_file(path)?)
    }

    /// Gives containerd an image that is a file already.
    pub(super) async fn import(&self, path: &Path) -> Result<()> {
        let path = path.to_str().context("an image's path is not UTF-8")?;
        self.ctr(&["-n", "k8s.io", "images", "import", path])
            .await?;
        Ok(())
    }

    async fn ctr(&self, arguments: &[&str]) -> Result<String> {
        let socket = self
            .socket
            .to_str()
            .context("the socket's path is not UTF-8")?;
        let mut command = vec!["ctr", "--address", socket];
        command.extend(arguments);
        commands::run(&command).await
    }
}

/// A shell and its usual company, statically linked.
pub(super) fn busybox(name: &str) -> Image {
    let applets = [
        "sh", "cat", "chmod", "date", "echo", "env", "grep", "head", "hostname", "httpd", "id",
        "ls", "mkdir", "nc", "nslookup", "ps", "rm", "sleep", "test", "touch", "wget",
    ];
    let image = Image::new(name).file("/bin/busybox", Path::new("/bin/busybox"), 0o755);
    applets.iter().fold(image, |image, applet| {
        image.link(&format!("/bin/{applet}"), "busybox")
    })
}

/// `restrict_oom_score_adj`: without it runc fails on machines that do not let root lower it.
fn configuration(run: &RunDirectory, socket: &Path, network: &Path) -> String {
    let cri = "plugins.\"io.containerd.grpc.v1.cri\"";
    let mut text = format!(
        "version = 2\nroot = \"{run}/containerd/root\"\nstate = \"{run}/containerd/state\"\n\
         disabled_plugins = [\"io.containerd.snapshotter.v1.aufs\", \"io.containerd.snapshotter.v1.btrfs\", \
         \"io.containerd.snapshotter.v1.zfs\", \"io.containerd.snapshotter.v1.devmapper\"]\n\
         [grpc]\naddress = \"{}\"\n",
        socket.display(),
        run = run.path().display(),
    );
    let rest = format!(
        "[{cri}]\nsandbox_image = \"{PAUSE}\"\nrestrict_oom_score_adj = true\nnetns_mounts_under_state_dir = true\n\
         [{cri}.containerd]\nsnapshotter = \"overlayfs\"\ndefault_runtime_name = \"runc\"\n\
         [{cri}.containerd.runtimes.runc]\nruntime_type = \"io.containerd.runc.v2\"\n\
         [{cri}.containerd.runtimes.runc.options]\nSystemdCgroup = false\n\
         [{cri}.cni]\nbin_dir = \"/usr/lib/cni\"\nconf_dir = \"{}\"\n",
        network.display(),
    );
    // Writing to a string cannot fail.
    let _ = text.write_str(&rest);
    text
}

fn network_configuration(run: &RunDirectory) -> String {
    serde_json::json!({
        "cniVersion": "0.4.0",
        "name": "lab",
        "plugins": [
            {
                "type": "bridge",
                "bridge": "cni0",
                "isGateway": true,
                "ipMasq": true,
                "hairpinMode": true,
                "ipam": {
                    "type": "host-local",
                    "dataDir": run.path().join("cni-addresses"),
                    "ranges": [[{ "subnet": POD_RANGE }]],
                    "routes": [{ "dst": "0.0.0.0/0" }],
                },
            },
            { "type": "portmap", "capabilities": { "portMappings": true } },
        ],
    })
    .to_string()
}
