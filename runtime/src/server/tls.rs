//! Which certificate does a server show?

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio_rustls::rustls;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// A certificate and its key, which can be replaced while the server runs: connections that are open
/// keep the old one. Cloning is cheap; all clones are one.
///
/// TLS 1.2 and 1.3 by rustls, with HTTP/2 and HTTP/1.1 to choose from (ALPN).
///
/// ```no_run
/// # use traitwire::server::{Server, ServerBuilder, Tls};
/// # async fn example(builder: ServerBuilder) -> Result<(), Box<dyn std::error::Error>> {
/// let tls = Tls::from_files("/etc/tls/tls.crt", "/etc/tls/tls.key")?;
/// let server = builder.tls(tls.clone()).bind("0.0.0.0:443").await?;
/// // The files are looked at every minute; who cannot wait calls this.
/// tls.reload()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    provider: Arc<CryptoProvider>,
    files: Option<Files>,
    current: RwLock<Arc<CertifiedKey>>,
}

struct Files {
    certificates: PathBuf,
    key: PathBuf,
    /// What they had when they were read last, good or bad.
    read: Mutex<(Vec<u8>, Vec<u8>)>,
}

impl Tls {
    /// From two files in PEM: the certificate followed by those that vouch for it, and the private key
    /// (PKCS #8, PKCS #1 or SEC 1). A running server looks at them every minute
    /// ([`ServerLimits::tls_reload`]) and takes what is new; where that is no good, it says so in its
    /// log and goes on with the old.
    ///
    /// [`ServerLimits::tls_reload`]: super::ServerLimits::tls_reload
    ///
    /// # Errors
    /// [`TlsError`]: a file cannot be read or is no PEM of that kind, or the key is another
    /// certificate's.
    pub fn from_files(
        certificates: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Result<Tls, TlsError> {
        let (certificates, key) = (certificates.into(), key.into());
        let pem = (read(&certificates)?, read(&key)?);
        let files = Files { certificates, key, read: Mutex::new(pem.clone()) };
        Tls::new(&pem.0, &pem.1, Some(files))
    }

    /// From PEM that is in memory already.
    ///
    /// # Errors
    /// [`TlsError`]: it is no PEM of that kind, or the key is another certificate's.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Tls, TlsError> {
        Tls::new(certificates, key, None)
    }

    fn new(certificates: &[u8], key: &[u8], files: Option<Files>) -> Result<Tls, TlsError> {
        // Not the process' default, which is somebody else's to choose.
        let provider = Arc::new(ring::default_provider());
        let current = RwLock::new(certify(&provider, certificates, key)?);
        Ok(Tls(Arc::new(Inner { provider, files, current })))
    }

    /// Reads the files again, at once. Does nothing where there are none.
    ///
    /// # Errors
    /// [`TlsError`], as [`from_files`](Tls::from_files); the old certificate stays.
    pub fn reload(&self) -> Result<(), TlsError> {
        let Some(files) = &self.0.files else { return Ok(()) };
        let new = (read(&files.certificates)?, read(&files.key)?);
        let mut last = files.read.lock().unwrap_or_else(PoisonError::into_inner);
        self.replace(&new.0, &new.1)?;
        *last = new;
        Ok(())
    }

    /// Shows another certificate from now on.
    ///
    /// # Errors
    /// [`TlsError`], as [`from_pem`](Tls::from_pem); the old certificate stays.
    pub fn replace(&self, certificates: &[u8], key: &[u8]) -> Result<(), TlsError> {
        let new = certify(&self.0.provider, certificates, key)?;
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    pub(super) fn config(&self) -> Result<Arc<rustls::ServerConfig>, TlsError> {
        let config = rustls::ServerConfig::builder_with_provider(Arc::clone(&self.0.provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Rejected)?;
        let mut config =
            config.with_no_client_auth().with_cert_resolver(Arc::new(Current(Arc::clone(&self.0))));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Takes what is new in the files, for as long as it is polled.
    pub(super) async fn keep_current(self, every: Duration) {
        if self.0.files.is_none() {
            return;
        }
        loop {
            tokio::time::sleep(every).await;
            let tls = self.clone();
            // Files may be slow.
            let looked = tokio::task::spawn_blocking(move || tls.look()).await;
            match looked {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => tracing::info!("the certificate of TLS has been replaced"),
                Ok(Err(error)) => {
                    tracing::error!(%error, "the new certificate of TLS is no good; the old one stays");
                }
                // The runtime ends.
                Err(_) => return,
            }
        }
    }

    /// Reloads the files if they have changed, and says whether they had.
    fn look(&self) -> Result<bool, TlsError> {
        let Some(files) = &self.0.files else { return Ok(false) };
        let new = (read(&files.certificates)?, read(&files.key)?);
        let mut last = files.read.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == new {
            return Ok(false);
        }
        let replaced = self.replace(&new.0, &new.1);
        // Also if it is no good: saying so once is enough.
        *last = new;
        replaced.map(|()| true)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.0.files.as_ref();
        f.debug_struct("Tls")
            .field("certificates", &files.map(|files| &files.certificates))
            .field("key", &files.map(|files| &files.key))
            .finish_non_exhaustive()
    }
}

/// Shows what is current at the time of a handshake.
struct Current(Arc<Inner>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

fn read(path: &PathBuf) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::File(path.clone(), error))
}

fn certify(
    provider: &CryptoProvider,
    certificates: &[u8],
    key: &[u8],
) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates)
        .collect::<Result<_, _>>()
        .map_err(TlsError::Certificate)?;
    if chain.is_empty() {
        return Err(TlsError::Certificate(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(TlsError::Key)?;
    CertifiedKey::from_der(chain, key, provider).map(Arc::new).map_err(TlsError::Rejected)
}

/// Why a certificate and a key are no good. No text of it holds a part of either.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    File(PathBuf, io::Error),
    /// There is no certificate in PEM.
    Certificate(pem::Error),
    /// There is no private key in PEM.
    Key(pem::Error),
    /// The two do not go together, or rustls cannot use them.
    Rejected(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsError::File(path, error) => write!(f, "{}: {error}", path.display()),
            TlsError::Certificate(error) => write!(f, "no certificate in PEM: {error}"),
            TlsError::Key(error) => write!(f, "no private key in PEM: {error}"),
            TlsError::Rejected(error) => write!(f, "certificate and key are no good: {error}"),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TlsError::File(_, error) => Some(error),
            TlsError::Certificate(error) | TlsError::Key(error) => Some(error),
            TlsError::Rejected(error) => Some(error),
        }
    }
}
