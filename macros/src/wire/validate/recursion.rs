//! Does the type hold itself with ever larger arguments?

use syn::{DeriveInput, Ident, Path, Type};

use crate::diagnostics::Errors;
use crate::types::{find, is_phantom_to_serde, type_args};
use crate::wire::generics::Params;

/// Of one parameter: what flows into another where the type names itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flow {
    No,
    /// The parameter itself.
    Same,
    /// A type that holds it.
    Larger,
}

/// Refuses a type that rustc could never finish: in `struct P<T>(Option<Box<P<Vec<T>>>>)` each `P`
/// holds a larger one. It does so if what flows from a parameter can come back to it larger.
pub(super) fn check(types: &[&Type], params: &Params, item: &DeriveInput, errors: &mut Errors) {
    let count = params.names().count();
    let uses = types.iter().flat_map(|ty| uses(ty, item));
    let uses: Vec<(&Type, Vec<Vec<Flow>>)> =
        uses.map(|(ty, args)| (ty, flows(&args, params, count))).collect();
    let mut reach = vec![vec![Flow::No; count]; count];
    for (_, flows) in &uses {
        for from in 0..count {
            for to in 0..count {
                reach[from][to] = reach[from][to].max(flows[from][to]);
            }
        }
    }
    for via in 0..count {
        for from in 0..count {
            for to in 0..count {
                let there = reach[from][via].min(reach[via][to]);
                if there != Flow::No {
                    let larger = reach[from][via].max(reach[via][to]);
                    reach[from][to] = reach[from][to].max(larger);
                }
            }
        }
    }
    let grows = |flows: &Vec<Vec<Flow>>| {
        (0..count).any(|from| {
            (0..count).any(|to| {
                flows[from][to] == Flow::Larger && (from == to || reach[to][from] != Flow::No)
            })
        })
    };
    if let Some((ty, _)) = uses.iter().find(|(_, flows)| grows(flows)) {
        errors.at(
            ty,
            format_args!(
                "`{ident}` holds itself with a larger argument, and that one a still larger one: rustc \
                 would not come to an end\n\
                 help: let it hold itself with its own parameters, or make what grows a type of its own",
                ident = item.ident
            ),
        );
    }
}

/// Whether this type names the item.
pub(super) fn holds(ty: &Type, ident: &Ident) -> bool {
    let is = |part: &Type| match part {
        Type::Path(path) => names(&path.path, ident) || path.path.is_ident("Self"),
        _ => false,
    };
    find(ty, &mut |part| is(part).then_some(())).is_some()
}

/// Where this type names the item, and with which arguments.
fn uses<'t>(ty: &'t Type, item: &DeriveInput) -> Vec<(&'t Type, Vec<&'t Type>)> {
    let mut uses = Vec::new();
    if is_phantom_to_serde(ty) {
        return uses;
    }
    find(ty, &mut |part| {
        if let Type::Path(path) = part
            && names(&path.path, &item.ident)
        {
            uses.push((part, type_args(&path.path)));
        }
        None::<()>
    });
    uses
}

/// `P` or `self::P`: elsewhere another type may have the name.
fn names(path: &Path, ident: &Ident) -> bool {
    let mut segments = path.segments.iter().skip_while(|segment| segment.ident == "self");
    segments.next().is_some_and(|first| first.ident == *ident) && segments.next().is_none()
}

/// What flows from each parameter into each.
fn flows(args: &[&Type], params: &Params, count: usize) -> Vec<Vec<Flow>> {
    let position = |ty: &Type| match ty {
        Type::Path(path) => path.path.get_ident().and_then(|ident| params.position(ident)),
        _ => None,
    };
    let mut flows = vec![vec![Flow::No; count]; count];
    for (to, arg) in args.iter().enumerate().take(count) {
        if let Some(from) = position(arg) {
            flows[from][to] = Flow::Same;
            continue;
        }
        find(arg, &mut |part| {
            if let Some(from) = position(part) {
                flows[from][to] = Flow::Larger;
            }
            None::<()>
        });
    }
    flows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grows(item: &str) -> bool {
        let item: DeriveInput = syn::parse_str(item).unwrap();
        let syn::Data::Struct(data) = &item.data else { panic!("a struct") };
        let types: Vec<&Type> = data.fields.iter().map(|field| &field.ty).collect();
        let mut errors = Errors::default();
        check(&types, &Params::of(&item), &item, &mut errors);
        !errors.is_empty()
    }

    #[test]
    fn only_what_has_no_end_is_refused() {
        for item in [
            "struct P<T>(Option<Box<P<Vec<T>>>>);",
            "struct P<T>(T, Vec<self::P<(T, u8)>>);",
            "struct P<A, B>(Vec<P<B, Vec<A>>>);",
            "struct P<A, B>(Vec<P<B, A>>, Vec<P<Option<B>, u8>>);",
            "struct P<A, B>(Vec<P<A, Option<B>>>);",
            "struct P<T>(Vec<P<P<T>>>);",
        ] {
            assert!(grows(item), "{item}");
        }
        for item in [
            "struct P<T>(Option<Box<P<T>>>);",
            "struct P<T>(Vec<Self>, T);",
            "struct P<A, B>(A, Vec<P<B, A>>);",
            "struct P<T>(T, Vec<P<Vec<u8>>>);",
            "struct P<A, B>(A, Vec<P<Vec<B>, u8>>);",
            "struct P<T>(Vec<Q<Vec<T>>>);",
            "struct P<T>(PhantomData<P<Vec<T>>>, T);",
            "struct P(Vec<P>);",
            "struct P<T>(v1::P<Vec<T>>);",
        ] {
            assert!(!grows(item), "{item}");
        }
    }
}
