//! What does a frontend show a backend?

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "__frontend")]
pub(crate) use self::tokens::Tokens;

/// A bearer token. Its debug form hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(Arc<str>);

#[cfg(feature = "__frontend")]
impl Token {
    pub(crate) fn new(token: &str) -> Token {
        Token(format!("Bearer {token}").into())
    }

    /// The value of `Authorization`.
    pub(crate) fn authorization(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(feature = "__frontend")]
mod tokens {
    use std::fmt;
    use std::panic::AssertUnwindSafe;
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::time::Instant;

    use futures_util::FutureExt as _;
    use futures_util::future::{BoxFuture, Shared, WeakShared};

    use super::Token;
    use crate::rpc::Failure;
    use crate::{Executed, Fault, FaultKind};

    /// Where the tokens of a connection come from.
    #[derive(Debug, Clone, Default)]
    pub(crate) enum Tokens {
        #[default]
        None,
        One(Token),
        Provided(Arc<Provider>),
    }

    /// What a provider answers: a token, or why there is none.
    type Answer = Result<String, String>;
    type Ask = Box<dyn Fn() -> BoxFuture<'static, Answer> + Send + Sync>;
    type Asking = BoxFuture<'static, Result<Token, Fault>>;

    /// A function that gives tokens, and the last one that it gave.
    pub(crate) struct Provider {
        ask: Ask,
        state: Mutex<State>,
    }

    #[derive(Default)]
    struct State {
        latest: Option<Token>,
        /// Weak, so that it ends with the last call that waits for it.
        asking: Option<WeakShared<Asking>>,
    }

    impl fmt::Debug for Provider {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Provider(..)")
        }
    }

    impl Tokens {
        pub(crate) fn one(token: &str) -> Tokens {
            Tokens::One(Token::new(token))
        }

        pub(crate) fn provided<F, A, E>(provider: F) -> Tokens
        where
            F: Fn() -> A + Send + Sync + 'static,
            A: Future<Output = Result<String, E>> + Send + 'static,
            E: fmt::Display,
        {
            let ask: Ask = Box::new(move || {
                let asked = provider();
                Box::pin(async move { asked.await.map_err(|error| error.to_string()) })
            });
            Tokens::Provided(Arc::new(Provider { ask, state: Mutex::default() }))
        }

        /// Makes a call with the token that there is, and if the backend refuses that one, once more
        /// with another.
        pub(crate) async fn show<T, A>(
            &self,
            deadline: Option<Instant>,
            mut attempt: impl FnMut(Option<Token>) -> A,
        ) -> Result<T, Failure>
        where
            A: Future<Output = Result<T, Failure>>,
        {
            let provider = match self {
                Tokens::None => return attempt(None).await,
                Tokens::One(token) => return attempt(Some(token.clone())).await,
                Tokens::Provided(provider) => provider,
            };
            let token = by(deadline, provider.token(None)).await?;
            let refused = match attempt(Some(token.clone())).await {
                Err(Failure::Fault(fault)) if is_refusal(&fault) => fault,
                ended => return ended,
            };
            let other = by(deadline, provider.token(Some(&token))).await?;
            // The same token again would be refused again.
            if other == token { Err(refused.into()) } else { attempt(Some(other)).await }
        }
    }

    fn is_refusal(fault: &Fault) -> bool {
        fault.kind() == FaultKind::Unauthenticated && fault.executed() == Executed::No
    }

    async fn by<T>(
        deadline: Option<Instant>,
        asked: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let Some(deadline) = deadline else { return asked.await };
        tokio::time::timeout_at(deadline.into(), asked).await.unwrap_or_else(|_| {
            let message = "the token provider gave no token before the deadline";
            Err(Fault::before(FaultKind::DeadlineExceeded, message))
        })
    }

    impl Provider {
        /// The token that there is; if that is the one that was refused, the provider is asked. All
        /// who need another at the same time wait for one answer.
        async fn token(self: &Arc<Self>, refused: Option<&Token>) -> Result<Token, Fault> {
            let asking = {
                let mut state = self.state();
                if let Some(token) = &state.latest
                    // Another call may have had it replaced since this one was sent.
                    && Some(token) != refused
                {
                    return Ok(token.clone());
                }
                let running = state.asking.as_ref().and_then(WeakShared::upgrade);
                running.unwrap_or_else(|| {
                    let asking = self.start();
                    state.asking = asking.downgrade();
                    asking
                })
            };
            asking.await
        }

        fn start(self: &Arc<Self>) -> Shared<Asking> {
            let provider = Arc::clone(self);
            let asking = async move {
                // It is the user's code, and so can panic, also before its first await.
                let asked = AssertUnwindSafe(async { (provider.ask)().await }).catch_unwind();
                let answer = asked.await.unwrap_or_else(|_| Err("it panicked".to_owned()));
                let mut state = provider.state();
                state.asking = None;
                match answer {
                    Ok(token) => {
                        let token = Token::new(&token);
                        state.latest = Some(token.clone());
                        Ok(token)
                    }
                    Err(why) => {
                        let message = format!("the token provider failed: {why}");
                        Err(Fault::before(FaultKind::Unauthenticated, message))
                    }
                }
            };
            let asking: Asking = Box::pin(asking);
            asking.shared()
        }

        fn state(&self) -> MutexGuard<'_, State> {
            self.state.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}
