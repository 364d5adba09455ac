//! How is the allocation of a handler used again?
//!
//! Most handlers are done when they have been polled once. What held one then holds the next of its
//! method, so that a call allocates none.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

/// A handler that ends with a `T`, in what holds one handler after another.
pub(super) type Held<T> = Pin<Box<dyn Holder<T> + Send>>;

/// Holds a handler, or none.
pub(super) trait Holder<T> {
    /// Polls the handler.
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<T>;

    /// Takes the handler out of an `Option` of this type; whether it is of this type.
    fn fill(self: Pin<&mut Self>, next: &mut dyn Any) -> bool;

    /// Drops the handler.
    fn clear(self: Pin<&mut Self>);
}

impl<F: Future + 'static> Holder<F::Output> for Option<F> {
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        self.as_pin_mut().expect("a handler that has not ended").poll(cx)
    }

    fn fill(mut self: Pin<&mut Self>, next: &mut dyn Any) -> bool {
        let Some(next) = next.downcast_mut::<Self>() else { return false };
        self.set(next.take());
        true
    }

    fn clear(mut self: Pin<&mut Self>) {
        self.set(None);
    }
}

/// Holds a handler, where another was held if there is such a place.
pub(super) fn hold<F>(handler: F, spare: &mut Option<Held<F::Output>>) -> Held<F::Output>
where
    F: Future + Send + 'static,
{
    let mut next = Some(handler);
    if let Some(mut spare) = spare.take()
        && spare.as_mut().fill(&mut next)
    {
        return spare;
    }
    Box::pin(next)
}

/// What has held the last handler of each method, by number.
pub(super) struct Spares<T>(Vec<Option<Held<T>>>);

/// A larger one is not kept: for as long as the pair lives, it might not be used again.
const LARGEST: usize = 1024;

impl<T> Default for Spares<T> {
    fn default() -> Spares<T> {
        Spares(Vec::new())
    }
}

impl<T> Spares<T> {
    pub(super) fn take(&mut self, method: u16) -> Option<Held<T>> {
        self.0.get_mut(usize::from(method))?.take()
    }

    /// Keeps what held a handler that has ended.
    pub(super) fn keep(&mut self, method: u16, mut held: Held<T>) {
        held.as_mut().clear();
        if size_of_val(&*held) > LARGEST {
            return;
        }
        let method = usize::from(method);
        if self.0.len() <= method {
            self.0.resize_with(method + 1, || None);
        }
        self.0[method] = Some(held);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Waker;

    use super::*;

    async fn holds(value: Arc<u8>) -> u8 {
        std::future::ready(()).await;
        *value
    }

    fn ends<T>(held: &mut Held<T>) -> T {
        match held.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits for nothing"),
        }
    }

    fn address(held: &Held<u8>) -> usize {
        std::ptr::from_ref(&**held).addr()
    }

    #[test]
    fn one_of_the_same_method_is_held_where_the_last_one_was() {
        let (first, second) = (Arc::new(1), Arc::new(2));
        let mut spares = Spares::default();
        let mut held = hold(holds(Arc::clone(&first)), &mut spares.take(3));
        let place = address(&held);
        assert_eq!(ends(&mut held), 1);
        spares.keep(3, held);
        assert_eq!(Arc::strong_count(&first), 1, "nothing of the handler is kept");
        assert!(spares.take(2).is_none());

        let mut held = hold(holds(second), &mut spares.take(3));
        assert_eq!(address(&held), place);
        assert!(spares.take(3).is_none(), "it is in use");
        assert_eq!(ends(&mut held), 2);
    }

    #[test]
    fn one_of_another_type_gets_an_allocation_of_its_own() {
        let mut spare = Some(hold(holds(Arc::new(1)), &mut None));
        let mut held = hold(async { 7 }, &mut spare);
        assert_eq!(ends(&mut held), 7);
        assert!(spare.is_none());
    }

    #[test]
    fn a_large_one_is_not_kept() {
        let large = [1_u8; 2 * LARGEST];
        let mut spares = Spares::default();
        let mut held = hold(
            async move {
                std::future::ready(()).await;
                large.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
            },
            &mut None,
        );
        assert_eq!(ends(&mut held), 0);
        spares.keep(0, held);
        assert!(spares.take(0).is_none());
    }
}
