use super::tests::{U32, U64, note, record, state};
use crate::fingerprint::Fingerprint;
use crate::model::*;
use crate::tests::*;
use crate::walk::Schema;

fn search() -> Method {
    let args = [arg("query", Type::String), arg("limit", option(U32))];
    let mut method = method("search", &args, Reply::Value(seq(Type::String)));
    method.error = Some(Type::Bool);
    method
}

fn of_method(change: impl FnOnce(&mut Method)) -> Fingerprint {
    let mut method = search();
    change(&mut method);
    Schema::default().method_fingerprint(&method).unwrap()
}

#[test]
fn a_method_is_what_is_sent_and_comes_back() {
    let same: [fn(&mut Method); 11] = [
        |m| m.name = "find".into(),
        |m| m.rust_name = "find".into(),
        |m| m.aliases = vec!["find".into()].into(),
        |m| m.args.to_mut().reverse(),
        |m| m.args.to_mut()[0].rust_name = "q".into(),
        |m| m.access = Access::Public,
        |m| m.idempotent = true,
        |m| m.cache = Some("60s".into()),
        |m| m.since = Some("1.2.0".into()),
        |m| (m.spawn, m.detached) = (true, true),
        |m| m.docs = "Docs.".into(),
    ];
    for (i, change) in same.into_iter().enumerate() {
        assert_eq!(of_method(change), of_method(|_| ()), "{i}");
    }
    let other: [fn(&mut Method); 11] = [
        |_| (),
        |m| m.readonly = true,
        |m| m.args.to_mut()[0].name = "q".into(),
        |m| m.args.to_mut()[0].ty = option(Type::String),
        |m| m.args.to_mut()[0].stream = true,
        |m| m.args = vec![].into(),
        |m| m.reply = Reply::Stream(seq(Type::String)),
        |m| m.reply = Reply::Value(Type::Unit),
        |m| m.reply = Reply::None,
        |m| m.error = None,
        |m| m.error = Some(Type::Unit),
    ];
    let prints = other.map(of_method);
    for (i, print) in prints.iter().enumerate() {
        assert!(!prints[..i].contains(print), "{i}");
    }
}

#[test]
fn a_layout_keeps_the_order_that_a_positional_codec_relies_on() {
    let layout = |defs: Vec<TypeDef>| {
        let method = method("m", &[arg("a", named("Root", &[]))], Reply::None);
        schema(defs).layout_fingerprint(&method).unwrap()
    };
    let turned = record("Root", [("tag", option(Type::String)), ("id", U64)]);
    assert_ne!(layout(vec![note()]), layout(vec![turned]));
    assert_ne!(
        layout(vec![state(|_| ())]),
        layout(vec![state(|body| body.variants.to_mut().reverse())])
    );
    // Still without names of Rust and newtypes.
    let wrapped = record("Root", [("id", named("Id", &[])), ("tag", option(Type::String))]);
    let newtype = def("Id", &[], plain(Shape::Newtype(U64)));
    assert_eq!(layout(vec![note()]), layout(vec![wrapped, newtype]));

    let mut turned = search();
    turned.args.to_mut().reverse();
    let empty = Schema::default();
    assert_ne!(empty.layout_fingerprint(&search()), empty.layout_fingerprint(&turned));
    assert_ne!(empty.layout_fingerprint(&search()), empty.method_fingerprint(&search()));
}

#[test]
fn an_interface_is_its_name_its_ends_and_its_methods() {
    let base = || interface("Catalog", &[search(), method("count", &[], Reply::Value(U64))]);
    let of = |change: fn(&mut Interface)| {
        let mut interface = base();
        change(&mut interface);
        Schema::default().interface_fingerprint(&interface).unwrap()
    };
    let same: [fn(&mut Interface); 4] = [
        |i| i.version = "1.7.0".into(),
        |i| i.methods.to_mut().reverse(),
        |i| i.docs = "Docs.".into(),
        |i| i.rust_name = "Katalog".into(),
    ];
    assert!(same.into_iter().all(|change| of(change) == of(|_| ())));
    let other: [fn(&mut Interface); 8] = [
        |_| (),
        |i| i.name = "Shop".into(),
        |i| i.kind = InterfaceKind::Ipc,
        |i| i.served_by = End::Frontend,
        |i| i.serial = true,
        |i| i.methods.to_mut()[0].name = "find".into(),
        |i| i.methods.to_mut()[0].aliases = vec!["find".into()].into(),
        |i| i.methods.to_mut()[0].error = None,
    ];
    let prints = other.map(of);
    for (i, print) in prints.iter().enumerate() {
        assert!(!prints[..i].contains(print), "{i}");
    }
}

#[test]
fn the_text_and_its_fingerprint_stay_as_they_are() {
    let expected = "traitwire method 1\n\
        #0 method\n  arg \"limit\" optional: #1\n  arg \"query\" required: string\n  \
        reply: #2\n  error: bool\n\
        #1 option u32\n\
        #2 seq string\n";
    assert_eq!(Schema::default().method_text(&search()).unwrap(), expected);
    assert_eq!(of_method(|_| ()).to_string(), "132de17d11131639f0435e8c4b60d916");
}
