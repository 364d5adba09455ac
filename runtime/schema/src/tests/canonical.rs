use crate::canonical::ShapeError;
use crate::fingerprint::Fingerprint;
use crate::model::*;
use crate::tests::*;

pub(super) const U32: Type = Type::Int(Int::U32);
pub(super) const U64: Type = Type::Int(Int::U64);

/// The fingerprint of the type `Root` among these definitions.
fn print(defs: impl IntoIterator<Item = TypeDef>) -> Fingerprint {
    print_of(&named("Root", &[]), defs)
}

fn print_of(ty: &Type, defs: impl IntoIterator<Item = TypeDef>) -> Fingerprint {
    schema(defs).type_fingerprint(ty).unwrap()
}

fn root(body: Body) -> TypeDef {
    def("Root", &[], body)
}

pub(super) fn record<const N: usize>(name: &str, of: [(&str, Type); N]) -> TypeDef {
    def(name, &[], plain(fields(of)))
}

/// The definition with its first field changed.
fn with_field(mut def: TypeDef, change: impl FnOnce(&mut Field)) -> TypeDef {
    if let Body::Struct(Struct { shape: Shape::Fields(fields), .. }) = &mut def.body {
        change(&mut fields.to_mut()[0]);
    }
    def
}

pub(super) fn note() -> TypeDef {
    record("Root", [("id", U64), ("tag", option(Type::String))])
}

pub(super) fn state(change: impl FnOnce(&mut Enum)) -> TypeDef {
    let variants = [
        variant("Open", Shape::Unit),
        variant("Closed", fields([("by", Type::String)])),
        variant("Moved", Shape::Newtype(U64)),
    ];
    let mut def = root(choice(Tagging::External, &variants));
    if let Body::Enum(body) = &mut def.body {
        change(body);
    }
    def
}

#[test]
fn what_only_rust_sees_does_not_matter() {
    let renamed = def("Other", &[], note().body);
    assert_eq!(print([note()]), print_of(&named("Other", &[]), [renamed]));

    let mut told = with_field(note(), |field| {
        field.rust_name = "identifier".into();
        field.docs = "Docs.".into();
        field.since = Some("1.2.0".into());
        field.deprecated = Some(Deprecation { since: None, note: None });
        field.source = Source { file: "x.rs".into(), line: 1, column: 1 };
    });
    told.docs = "Docs.".into();
    told.deprecated = Some(Deprecation { since: None, note: None });
    told.source = Source { file: "y.rs".into(), line: 1, column: 1 };
    assert_eq!(print([note()]), print([told]));

    let told = state(|body| {
        body.open = true;
        let variant = &mut body.variants.to_mut()[0];
        variant.rust_name = "Opened".into();
        variant.docs = "Docs.".into();
        variant.since = Some("1.2.0".into());
        variant.deprecated = Some(Deprecation { since: None, note: None });
    });
    assert_eq!(print([state(|_| ())]), print([told]));
}

#[test]
fn the_order_of_what_has_a_name_does_not_matter() {
    let turned = record("Root", [("tag", option(Type::String)), ("id", U64)]);
    assert_eq!(print([note()]), print([turned]));
    assert_eq!(print([state(|_| ())]), print([state(|body| body.variants.to_mut().reverse())]));
    let aliases = |names: &[&'static str]| {
        let names: Vec<Text> = names.iter().map(|name| (*name).into()).collect();
        with_field(note(), |field| field.read.as_mut().unwrap().aliases = names.into())
    };
    assert_eq!(print([aliases(&["a", "b"])]), print([aliases(&["b", "a", "id"])]));
}

#[test]
fn the_order_of_what_has_no_name_matters() {
    let pair = |a, b| root(plain(Shape::Tuple(vec![a, b].into())));
    assert_ne!(print([pair(U32, U64)]), print([pair(U64, U32)]));
    let untagged = |reverse: bool| {
        state(|body| {
            body.tagging = Tagging::Untagged;
            if reverse {
                body.variants.to_mut().reverse();
            }
        })
    };
    assert_ne!(print([untagged(false)]), print([untagged(true)]));
}

#[test]
fn names_of_untagged_variants_and_flattened_fields_do_not_cross() {
    let untagged = |name: &'static str| {
        state(|body| {
            body.tagging = Tagging::Untagged;
            body.variants.to_mut()[0].write = Some(name.into());
        })
    };
    assert_eq!(print([untagged("Open")]), print([untagged("Opened")]));
    let flat = |name| {
        let def = record("Root", [(name, named("Inner", &[])), ("z", U32)]);
        [with_field(def, |field| field.flatten = true), record("Inner", [("a", U32)])]
    };
    assert_eq!(print(flat("inner")), print(flat("y")));
}

#[test]
fn what_never_crosses_does_not_matter() {
    let mut secret = variant("Secret", Shape::Newtype(Type::Json));
    (secret.write, secret.read) = (None, None);
    assert_eq!(
        print([state(|_| ())]),
        print([state(|body| body.variants.to_mut().insert(0, secret))])
    );
}

#[test]
fn newtypes_and_transparent_structs_are_erased() {
    let plain_id = [record("Root", [("id", U64), ("all", seq(U64))])];
    let wrapped = [
        record("Root", [("id", named("Id", &[])), ("all", seq(named("Id", &[])))]),
        def("Id", &[], plain(Shape::Newtype(named("Raw", &[])))),
        def("Raw", &[], transparent(fields([("inner", U64)]))),
    ];
    assert_eq!(print(plain_id), print(wrapped));
    // `struct Id { inner: u64 }` is an object.
    let object = [record("Root", [("id", named("Id", &[]))]), record("Id", [("inner", U64)])];
    assert_ne!(print(object), print([record("Root", [("id", U64)])]));
}

#[test]
fn only_transparent_newtypes_pass_absence_on() {
    let with =
        |body: Body| print([record("Root", [("tag", named("Tag", &[]))]), def("Tag", &[], body)]);
    let bare = print([record("Root", [("tag", option(Type::String))])]);
    assert_eq!(with(transparent(Shape::Newtype(option(Type::String)))), bare);
    assert_ne!(with(plain(Shape::Newtype(option(Type::String)))), bare);

    // As in a type argument.
    let generic = |body: Body| {
        let wrap = def("Wrap", &["T"], plain(fields([("tag", Type::Param(0))])));
        print_of(&named("Wrap", &[named("Tag", &[])]), [wrap, def("Tag", &[], body)])
    };
    assert_eq!(generic(transparent(Shape::Newtype(option(Type::String)))), bare);
    assert_ne!(generic(plain(Shape::Newtype(option(Type::String)))), bare);

    // serde reads the missing content of an adjacently tagged newtype variant as that of a field.
    let content = |body: Body| {
        let tagging = Tagging::Adjacent { tag: "t".into(), content: "c".into() };
        let variants = [variant("A", Shape::Newtype(named("Tag", &[])))];
        print([root(choice(tagging, &variants)), def("Tag", &[], body)])
    };
    assert_ne!(
        content(transparent(Shape::Newtype(option(Type::String)))),
        content(plain(Shape::Newtype(option(Type::String))))
    );
}

#[test]
fn the_resolved_presence_is_that_of_the_walk() {
    let deep = |n: usize| {
        let mut defs = vec![def("T0", &[], transparent(Shape::Newtype(option(U32))))];
        for i in 1..=n {
            let inner = named(&format!("T{}", i - 1), &[]);
            defs.push(def(&format!("T{i}"), &[], transparent(Shape::Newtype(inner))));
        }
        schema(defs)
    };
    for n in [0, 1, 2, 62, 63, 64, 65, 80] {
        let schema = deep(n);
        let ty = named(&format!("T{n}"), &[]);
        let text = schema.method_text(&method("m", &[arg("a", ty.clone())], Reply::None)).unwrap();
        assert_eq!(text.contains("optional"), schema.reads_absence(&ty), "{n}: {text}");
    }
}

#[test]
fn integers_of_the_platform_are_the_64_bit_ones() {
    let of = |int| print([record("Root", [("n", Type::Int(int))])]);
    assert_eq!(of(Int::Usize), of(Int::U64));
    assert_eq!(of(Int::Isize), of(Int::I64));
}

#[test]
fn a_generic_type_is_what_it_would_be_written_out() {
    let page = def("Page", &["T"], plain(fields([("items", seq(Type::Param(0)))])));
    let generic =
        [record("Root", [("a", named("Page", &[U32])), ("b", named("Page", &[U64]))]), page];
    let by_hand = [
        record("Root", [("a", named("PageA", &[])), ("b", named("PageB", &[]))]),
        record("PageA", [("items", seq(U32))]),
        record("PageB", [("items", seq(U64))]),
    ];
    assert_eq!(print(generic), print(by_hand));
}

fn list(name: &str, next: &str) -> TypeDef {
    record(name, [("head", U32), ("tail", option(named(next, &[])))])
}

#[test]
fn it_does_not_matter_how_far_a_recursive_type_is_unrolled() {
    let once = [list("Root", "Root")];
    let twice = [list("Root", "Next"), list("Next", "Root")];
    let with_tail = [list("Root", "A"), list("A", "B"), list("B", "C"), list("C", "A")];
    assert_eq!(print(once.clone()), print(twice));
    assert_eq!(print(once.clone()), print(with_tail));
    let ends = [list("Root", "Last"), record("Last", [("head", U32), ("tail", option(U32))])];
    assert_ne!(print(once), print(ends));
}

#[test]
fn it_does_not_matter_whether_equal_types_are_shared() {
    let shared = [
        record("Root", [("a", named("P", &[])), ("b", named("P", &[]))]),
        record("P", [("x", U32)]),
    ];
    let split = [
        record("Root", [("a", named("P", &[])), ("b", named("Q", &[]))]),
        record("P", [("x", U32)]),
        record("Q", [("x", U32)]),
    ];
    assert_eq!(print(shared), print(split.clone()));
    let [root, p, _] = split;
    assert_ne!(
        print([root.clone(), p.clone(), record("Q", [("x", U64)])]),
        print([root, p.clone(), record("Q", [("x", U32)])])
    );
}

#[test]
fn types_that_contain_each_other_are_told_apart() {
    let tree = |leaf: Type| {
        [
            record("Root", [("children", seq(named("Branch", &[])))]),
            record("Branch", [("node", named("Root", &[])), ("leaf", leaf)]),
        ]
    };
    assert_eq!(print(tree(U32)), print(tree(U32)));
    assert_ne!(print(tree(U32)), print(tree(U64)));
    let branch = |leaf| print_of(&named("Branch", &[]), tree(leaf));
    assert_ne!(branch(U32), print(tree(U32)));
}

#[test]
fn newtypes_that_contain_themselves_have_an_end() {
    let endless = |name: &str, inner: Type| def(name, &[], plain(Shape::Newtype(inner)));
    let itself = print([endless("Root", named("Root", &[]))]);
    let each_other = print([endless("Root", named("A", &[])), endless("A", named("Root", &[]))]);
    assert_eq!(itself, each_other);
    assert_eq!(
        schema([endless("Root", named("Root", &[]))]).type_text(&named("Root", &[])).unwrap(),
        "traitwire type 1\n#0 never\n"
    );

    // `struct N(Vec<N>)` has values: empty lists, lists of them and so on.
    let nested = print([endless("Root", seq(named("Root", &[])))]);
    let unrolled = print([endless("Root", seq(seq(named("Root", &[]))))]);
    assert_eq!(nested, unrolled);
    assert_ne!(nested, itself);
}

#[test]
fn types_without_an_end_are_errors() {
    let grows = |arg: Type, shape: fn(Type) -> Shape| {
        let body = plain(shape(named("Grow", &[arg])));
        let schema = schema([def("Grow", &["T"], body)]);
        schema.type_fingerprint(&named("Grow", &[U32]))
    };
    let deeper = ShapeError::TooDeep { within: Some(id("Grow")) };
    assert_eq!(grows(seq(Type::Param(0)), Shape::Newtype), Err(deeper.clone()));
    assert_eq!(
        grows(seq(Type::Param(0)), |ty| fields([("next", option(ty))])),
        Err(deeper.clone())
    );
    // Doubles each time: 64 levels would be 2^64 types if they were written out.
    let twice = Type::Tuple(vec![Type::Param(0), Type::Param(0)].into());
    assert_eq!(grows(twice, Shape::Newtype), Err(deeper));

    // Two ways each time.
    let next = |wrap: fn(Type) -> Type| option(named("Grow", &[wrap(Type::Param(0))]));
    let body = plain(fields([("a", next(seq)), ("b", next(option))]));
    let wide = schema([def("Grow", &["T"], body)]);
    assert!(wide.type_fingerprint(&named("Grow", &[U32])).is_err());

    let missing = schema([]).type_fingerprint(&seq(named("Gone", &[])));
    assert_eq!(missing, Err(ShapeError::MissingType { id: id("Gone") }));
    let stray = schema([]).type_fingerprint(&Type::Param(3));
    assert_eq!(stray, Err(ShapeError::StrayParam { index: 3, within: None }));
    let few = schema([def("Few", &["T"], plain(Shape::Newtype(Type::Param(0))))]);
    assert_eq!(
        few.type_fingerprint(&named("Few", &[])),
        Err(ShapeError::StrayParam { index: 0, within: Some(id("Few")) })
    );
}

#[test]
fn long_chains_of_types_are_no_trouble() {
    let mut defs: Vec<TypeDef> =
        (0..5000).map(|i| list(&format!("L{i}"), &format!("L{}", i + 1))).collect();
    defs.push(record("L5000", [("head", U64)]));
    let chain = schema(defs);
    assert_ne!(
        chain.type_fingerprint(&named("L0", &[])),
        chain.type_fingerprint(&named("L1", &[]))
    );
}

#[test]
fn every_kind_of_type_is_told_from_all_others() {
    let mut types = vec![
        Type::Bool,
        Type::F32,
        Type::F64,
        Type::Char,
        Type::String,
        Type::Bytes,
        Type::Unit,
        Type::Json,
        option(U32),
        option(option(U32)),
        seq(U32),
        Type::Set(U32.into()),
        Type::Array(U32.into(), 2),
        Type::Array(U32.into(), 3),
        Type::Map(U32.into(), U64.into()),
        Type::Map(U64.into(), U32.into()),
        Type::Tuple(vec![].into()),
        Type::Tuple(vec![U32].into()),
        Type::Tuple(vec![U32, U32].into()),
        named("Empty", &[]),
    ];
    types.extend(
        [Int::I8, Int::I16, Int::I32, Int::I64, Int::I128, Int::U8, Int::U16, Int::U32, Int::U64]
            .map(Type::Int),
    );
    types.push(Type::Int(Int::U128));
    let schema = schema([record("Empty", [])]);
    let mut prints: Vec<_> = types.iter().map(|ty| schema.type_fingerprint(ty).unwrap()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), types.len());
}

type FieldChange = fn(&mut Field);
type EnumChange = fn(&mut Enum);

#[test]
fn every_change_of_what_crosses_matters() {
    let field_changes: [(&str, FieldChange); 9] = [
        ("write name", |f| f.write.as_mut().unwrap().name = "x".into()),
        ("write presence", |f| f.write.as_mut().unwrap().presence = Presence::Maybe),
        ("not written", |f| f.write = None),
        ("read name", |f| f.read.as_mut().unwrap().name = "x".into()),
        ("alias", |f| f.read.as_mut().unwrap().aliases = vec!["x".into()].into()),
        ("default", |f| f.read.as_mut().unwrap().absent = Absent::Default(Value::Unknown)),
        ("not read", |f| f.read = None),
        ("flatten", |f| f.flatten = true),
        ("width", |f| f.ty = U32),
    ];
    let enum_changes: [(&str, EnumChange); 13] = [
        ("internal", |e| e.tagging = Tagging::Internal { tag: "t".into() }),
        ("tag", |e| e.tagging = Tagging::Internal { tag: "u".into() }),
        ("adjacent", |e| {
            e.tagging = Tagging::Adjacent { tag: "t".into(), content: "c".into() };
        }),
        ("content", |e| e.tagging = Tagging::Adjacent { tag: "t".into(), content: "d".into() }),
        ("untagged", |e| e.tagging = Tagging::Untagged),
        ("unknown fields", |e| e.deny_unknown_fields = true),
        ("write name", |e| e.variants.to_mut()[0].write = Some("x".into())),
        ("not written", |e| e.variants.to_mut()[0].write = None),
        ("alias", |e| {
            let read = e.variants.to_mut()[0].read.as_mut().unwrap();
            read.aliases = vec!["x".into()].into();
        }),
        ("not read", |e| e.variants.to_mut()[0].read = None),
        ("status", |e| e.variants.to_mut()[0].status = Some(404)),
        ("catch-all", |e| e.variants.to_mut()[0].catch_all = true),
        ("content of a variant", |e| e.variants.to_mut()[0].shape = fields([])),
    ];
    let mut prints = vec![("struct", print([note()])), ("enum", print([state(|_| ())]))];
    let mut strict = note();
    if let Body::Struct(body) = &mut strict.body {
        body.deny_unknown_fields = true;
    }
    prints.push(("strict", print([strict])));
    prints.push(("one less", print([record("Root", [("id", U64)])])));
    for (what, change) in field_changes {
        prints.push((what, print([with_field(note(), change)])));
    }
    for (what, change) in enum_changes {
        prints.push((what, print([state(change)])));
    }
    for (i, (what, print)) in prints.iter().enumerate() {
        for (other, same) in &prints[..i] {
            assert_ne!(print, same, "{what} and {other}");
        }
    }
}

#[test]
fn a_name_cannot_pose_as_another_shape() {
    let one = record("Root", [("a\" read \"a\" required: \0\n  write \"b", U32)]);
    let two = record("Root", [("a", U32), ("b", U32)]);
    assert_ne!(print([one]), print([two]));
    let text = schema([record("Root", [("\0#1\u{e9}\\", seq(U32))])])
        .type_text(&named("Root", &[]))
        .unwrap();
    assert_eq!(
        text,
        "traitwire type 1\n#0 struct\n  write \"\\u0000#1\u{e9}\\\\\" read \"\\u0000#1\u{e9}\\\\\" \
         required: #1\n#1 seq u32\n"
    );
}

#[test]
fn what_writes_alike_is_alike() {
    let unit = root(plain(Shape::Unit));
    assert_eq!(print([unit]), print_of(&Type::Unit, []));
    let pair = || vec![U32, U64].into();
    assert_eq!(print([root(plain(Shape::Tuple(pair())))]), print_of(&Type::Tuple(pair()), []));
    let with = |shape| {
        let body = choice(Tagging::External, &[variant("A", shape)]);
        print([root(body), record("Inner", [("a", U32)])])
    };
    assert_eq!(with(fields([("a", U32)])), with(Shape::Newtype(named("Inner", &[]))));
    assert_ne!(with(Shape::Unit), with(Shape::Newtype(Type::Unit)));
}

#[test]
fn the_text_of_a_type_is_readable() {
    let text = schema([state(|_| ())]).type_text(&named("Root", &[])).unwrap();
    assert_eq!(
        text,
        "traitwire type 1\n\
         #0 enum external\n  write \"Closed\" read \"Closed\": #1\n  \
         write \"Moved\" read \"Moved\": u64\n  write \"Open\" read \"Open\"\n\
         #1 struct\n  write \"by\" read \"by\" required: string\n"
    );
}
