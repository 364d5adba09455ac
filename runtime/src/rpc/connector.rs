//! What can be said of a connection, whatever carries its calls?

/// The options that every connector has: tokens, retries, and what its calls say of the frontend.
macro_rules! connector_options {
    ($connector:ident) => {
        impl $connector {
        /// Makes all calls with this bearer token.
        pub fn token(mut self, token: impl Into<String>) -> $connector {
            self.tokens = $crate::rpc::token::Tokens::one(&token.into());
            self
        }

        /// Makes all calls with a bearer token that this function gives. It is asked when the first token
        /// is needed, and again when the backend refuses the one that there is
        /// ([`FaultKind::Unauthenticated`](crate::FaultKind::Unauthenticated)): the refused call is then made once more. Calls that need a
        /// token at the same time wait for one answer, each no longer than its deadline.
        ///
        /// If the function fails, so do the calls that wait for it, as `Unauthenticated`; its error's text
        /// is in the fault, so it must hold no secret.
        ///
        /// ```no_run
        /// # use traitwire::rpc_interface;
        /// # #[rpc_interface(version = "1.0.0")]
        /// # pub trait Adder {
        /// #     async fn add(&self, a: i64, b: i64) -> i64;
        /// # }
        /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
        /// use traitwire::http::Connector;
        ///
        /// // Another program writes a new token into this file before the old one expires.
        /// let adder: AdderClient = Connector::new("http://127.0.0.1:7300/rpc")?
        ///     .token_provider(|| async { std::fs::read_to_string("/run/secrets/token") })
        ///     .connect()
        ///     .await?;
        /// # Ok(())
        /// # }
        /// ```
        pub fn token_provider<F, A, E>(mut self, provider: F) -> $connector
        where
            F: Fn() -> A + Send + Sync + 'static,
            A: Future<Output = Result<String, E>> + Send + 'static,
            E: std::fmt::Display,
        {
            self.tokens = $crate::rpc::token::Tokens::provided(provider);
            self
        }

        /// When calls are made again. Default: [`RetryPolicy::default`](crate::rpc::RetryPolicy::default). The question for the versions
        /// of a backend, with which `connect` over HTTP begins, goes by it as well.
        pub fn retries(mut self, policy: $crate::rpc::RetryPolicy) -> $connector {
            self.retries = policy;
            self
        }

            /// The application that calls, as `name/1.2.3`; handlers and logs of the backend see it.
            /// Default: none.
            pub fn application(mut self, name: &str, version: &str) -> $connector {
                self.sender.application = Some(format!("{name}/{version}").into());
                self
            }

            /// What all requests of this frontend have in common in the backend's logs, such as a
            /// window that is open. No secret. Default: an id that no other connection has.
            pub fn session(mut self, session: impl Into<String>) -> $connector {
                self.sender.session = session.into().into();
                self
            }

            /// Gives each call a routing key, by which load balancers choose its backend, from its
            /// arguments or from what is around: at most 128 visible ASCII characters, and no secret.
            /// A call that is given a `route` of its own is not asked about; where this gives none,
            /// a call that is made for another one takes that one's.
            pub fn route_by(
                mut self,
                provider: impl Fn(&$crate::rpc::Routed<'_>) -> Option<String> + Send + Sync + 'static,
            ) -> $connector {
                self.sender.route = Some(std::sync::Arc::new(provider));
                self
            }

            /// Gives each call the place in a trace that a tracing system has given its span.
            /// Default: a trace of its own, or a span in that of the call that it is made for.
            pub fn trace_by(
                mut self,
                provider: impl Fn(&tracing::Span) -> Option<$crate::Trace> + Send + Sync + 'static,
            ) -> $connector {
                self.sender.trace = Some(std::sync::Arc::new(provider));
                self
            }

            /// Has this stand around every call. Of several, the first is the outermost.
            pub fn intercept(
                mut self,
                interceptor: impl $crate::rpc::Interceptor,
            ) -> $connector {
                self.sender.interceptors.push(std::sync::Arc::new(interceptor));
                self
            }
        }
    };
}

pub(crate) use connector_options;
