//! The dashboard's own sandbox in the place of a control plane and of Dex, on loopback ports like those: the scenarios
//! run against it as they run against the real ones.

use std::{net::Ipv4Addr, path::Path, path::PathBuf};

use anyhow::{Context, Result};
use kubeflow_admin::clock::Clock;
use kubeflow_admin::sandbox::{self, Controllers, Issuer, api::Api};
use tokio::{net::TcpListener, runtime::Runtime, sync::Mutex};

use crate::{kubeconfig, kubeconfig::Endpoint, ports, run_directory::RunDirectory};

/// Something that listens on one port, on a runtime of its own: the runtimes of tests end before it does.
struct Listening {
    port: u16,
    runtime: Mutex<Option<Runtime>>,
}

impl Listening {
    fn new() -> Result<Self> {
        Ok(Self {
            port: ports::free()?,
            runtime: Mutex::default(),
        })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    async fn stop(&self) {
        if let Some(runtime) = self.runtime.lock().await.take() {
            runtime.shutdown_background();
        }
    }

    /// Runs `serve` on a listener at the same port as before.
    async fn start<F>(&self, serve: impl FnOnce(TcpListener) -> F) -> Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.stop().await;
        let address = (Ipv4Addr::LOCALHOST, self.port);
        let listener = std::net::TcpListener::bind(address)
            .with_context(|| format!("listening on port {} again", self.port))?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener)?
        };
        runtime.spawn(serve(listener));
        *self.runtime.lock().await = Some(runtime);
        Ok(())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.get_mut().take() {
            runtime.shutdown_background();
        }
    }
}

/// The sandbox as an API server.
pub(crate) struct Server {
    api: Api,
    listening: Listening,
    pub(crate) endpoint: Endpoint,
    pub(crate) kubeconfig: PathBuf,
    pub(crate) configuration: kube::Config,
    pub(crate) audit_log: PathBuf,
}

impl Server {
    pub(crate) async fn start(run: &RunDirectory) -> Result<Self> {
        let audit_log = run.write("audit.log", "")?;
        let api = sandbox::start(sandbox::api::Settings {
            clock: || Clock.now(),
            token: || uuid::Uuid::new_v4().simple().to_string(),
            audit_log: Some(audit_log.clone()),
        })?;
        let listening = Listening::new()?;
        let endpoint = Endpoint::plain(listening.url());
        let path: &Path = run.path();
        let token = api.administrator_token("lab-administrator");
        let kubeconfig = endpoint.with_token(path.join("kubeconfig"), &token, "default")?;
        let configuration = kubeconfig::load(&kubeconfig).await?;
        let server = Self {
            api,
            listening,
            endpoint,
            kubeconfig,
            configuration,
            audit_log,
        };
        server.start_again().await?;
        Ok(server)
    }

    pub(crate) async fn stop(&self) {
        self.listening.stop().await;
    }

    /// At the same address, with everything that was in it.
    pub(crate) async fn start_again(&self) -> Result<()> {
        let api = self.api.clone();
        self.listening
            .start(|listener| async move {
                let controllers = Controllers::new(&api);
                let serving = sandbox::listen(api.clone(), listener);
                let _ = tokio::join!(controllers.run(), serving);
            })
            .await
    }

    pub(crate) async fn issuer(&self) -> Result<SignIn> {
        let listening = Listening::new()?;
        let issuer = Issuer::start(&self.api, "The lab.")?;
        let sign_in = SignIn { issuer, listening };
        sign_in.start_again().await?;
        Ok(sign_in)
    }
}

/// The sandbox's issuer in the place of Dex.
pub(crate) struct SignIn {
    issuer: Issuer,
    listening: Listening,
}

impl SignIn {
    pub(crate) fn url(&self) -> String {
        self.listening.url()
    }

    pub(crate) async fn stop(&self) {
        self.listening.stop().await;
    }

    pub(crate) fn try_out(&self) -> Result<()> {
        Ok(self.issuer.try_out()?)
    }

    pub(crate) async fn start_again(&self) -> Result<()> {
        self.issuer.restart()?;
        let issuer = self.issuer.clone();
        self.listening
            .start(|listener| async move {
                let _ = sandbox::serve(issuer, listener).await;
            })
            .await
    }
}
