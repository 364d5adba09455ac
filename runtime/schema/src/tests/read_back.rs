use crate::model::*;
use crate::tests::*;

const U32: Type = Type::Int(Int::U32);
const U128: Type = Type::Int(Int::U128);

/// What is said of the type `Root` among these definitions: `path: trap`, a line each.
fn said(defs: impl IntoIterator<Item = TypeDef>) -> String {
    let found = schema(defs).unreadable_in(&named("Root", &[]));
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn root(body: Body) -> TypeDef {
    def("Root", &[], body)
}

fn map(key: Type, value: Type) -> Type {
    Type::Map(key.into(), value.into())
}

fn internal() -> Tagging {
    Tagging::Internal { tag: "type".into() }
}

fn flat(name: &str, ty: Type) -> Field {
    Field { flatten: true, ..field(name, ty) }
}

fn denying(shape: Shape) -> Body {
    Body::Struct(Struct { shape, transparent: false, deny_unknown_fields: true })
}

fn newtype(name: &str, ty: Type) -> Variant {
    variant(name, Shape::Newtype(ty))
}

fn untagged(variants: &[Variant]) -> TypeDef {
    root(choice(Tagging::Untagged, variants))
}

#[test]
fn an_option_of_what_may_be_null_is_found() {
    for inner in [option(U32), Type::Unit, named("Nothing", &[]), named("Maybe", &[])] {
        let said = said([
            root(plain(fields([("a", option(inner))]))),
            def("Nothing", &[], plain(Shape::Unit)),
            def("Maybe", &[], plain(Shape::Newtype(option(Type::Bool)))),
        ]);
        assert!(said.starts_with("`Root.a`: `Some` of what may be `null`"), "{said}");
    }
    let fine = [option(U32), option(seq(option(U32))), option(Type::Json), option(Type::Float)];
    for ty in fine {
        assert_eq!(said([root(plain(fields([("a", ty)])))]), "");
    }
}

#[test]
fn a_type_argument_counts_as_what_it_stands_for() {
    let page = || def("Page", &["T"], plain(fields([("cursor", option(Type::Param(0)))])));
    let of = |ty| said([root(plain(fields([("a", named("Page", &[ty]))]))), page()]);
    assert_eq!(of(U32), "");
    assert!(of(option(U32)).starts_with("`Page.cursor`: `Some` of"));
}

#[test]
fn wide_integers_are_found_where_serde_puts_them_aside() {
    let holds = || def("Wide", &[], plain(fields([("w", Type::NonZero(Int::U128))])));
    assert_eq!(said([root(plain(fields([("a", U128), ("b", named("Wide", &[]))]))), holds()]), "");
    let external = choice(Tagging::External, &[newtype("A", U128)]);
    assert_eq!(said([root(external)]), "");
    let adjacent = Tagging::Adjacent { tag: "t".into(), content: "c".into() };
    for tagging in [internal(), adjacent, Tagging::Untagged] {
        let body = choice(tagging, &[newtype("A", named("Wide", &[]))]);
        let said = said([root(body), holds()]);
        assert!(said.starts_with("`Wide.w`: serde cannot read an integer of 128 bits"), "{said}");
    }
    let flattened = Shape::Fields(vec![flat("a", named("Wide", &[]))].into());
    assert!(said([root(plain(flattened)), holds()]).contains("128 bits"));
}

#[test]
fn keys_are_text_where_serde_puts_them_aside() {
    let color = || choice(Tagging::External, &[variant("Red", Shape::Unit)]);
    let of = |key: Type, tagging: Tagging| {
        let shape = fields([("m", map(key, U32))]);
        let body = choice(tagging, &[variant("A", shape)]);
        said([root(body), def("Color", &[], color())])
    };
    for key in [Type::String, Type::Char, Type::Bytes, named("Color", &[])] {
        assert_eq!(of(key.clone(), internal()), "", "{key:?}");
    }
    for key in [U32, Type::Bool, Type::F64, Type::NonZero(Int::I8)] {
        assert_eq!(of(key.clone(), Tagging::External), "", "{key:?}");
        let said = of(key, internal());
        assert!(said.starts_with("`Root::A.m`: serde cannot read keys"), "{said}");
    }
    for key in [Type::Tuple(vec![U32, U32].into()), option(U32), Type::Unit, Type::Json] {
        let said = of(key, Tagging::External);
        assert!(said.starts_with("`Root::A.m`: JSON cannot have these keys"), "{said}");
    }
}

#[test]
fn what_is_left_out_must_not_be_required() {
    let maybe = |ty, absent| {
        let mut field = field("a", ty);
        field.write.as_mut().unwrap().presence = Presence::Maybe;
        field.read.as_mut().unwrap().absent = absent;
        said([root(plain(Shape::Fields(vec![field].into())))])
    };
    assert_eq!(maybe(option(U32), Absent::ByType), "");
    assert_eq!(maybe(U32, Absent::Default(Value::Unknown)), "");
    assert_eq!(maybe(U32, Absent::Default(Value::Json("0".into()))), "");
    assert_eq!(
        maybe(Type::Bool, Absent::Default(Value::Kept("true".into()))),
        "`Root.a`: `skip_serializing_if` leaves out other values than the default, which would come \
         back as true"
    );
    for (ty, absent) in [(U32, Absent::ByType), (option(U32), Absent::Never)] {
        assert!(maybe(ty, absent).starts_with("`Root.a`: it is sometimes left out, but"));
    }
}

#[test]
fn what_stands_beside_a_tag_is_an_object_without_that_member() {
    let of = |ty| {
        let inner = fields([("type", U32), ("b", U32)]);
        said([
            root(choice(internal(), &[newtype("A", ty)])),
            def("Clash", &[], plain(inner)),
            def("Fine", &[], plain(fields([("b", U32)]))),
            def("Nothing", &[], plain(Shape::Unit)),
            def("Color", &[], choice(Tagging::External, &[variant("Red", Shape::Unit)])),
        ])
    };
    for ty in [named("Fine", &[]), named("Nothing", &[]), Type::Unit] {
        assert_eq!(of(ty.clone()), "", "{ty:?}");
    }
    assert_eq!(of(map(Type::String, U32)), "");
    assert_eq!(of(named("Color", &[])), "");
    // Any JSON may be text; and `null` beside a tag comes back as an object.
    for ty in [U32, seq(U32), Type::String, option(named("Fine", &[])), Type::Json] {
        assert!(of(ty).starts_with("`Root::A`: this is not written as an object"));
    }
    assert_eq!(of(named("Clash", &[])), "`Root::A`: two members of one object are called \"type\"");
}

#[test]
fn a_variant_of_nothing_is_not_read_beside_a_tag() {
    let inner = [variant("Nothing", Shape::Unit), variant("Some", fields([("a", U32)]))];
    let of = |tagging: Tagging| {
        let outer = choice(internal(), &[newtype("A", named("Inner", &[]))]);
        said([root(outer), def("Inner", &[], choice(tagging, &inner))])
    };
    assert_eq!(of(Tagging::External), "");
    assert!(of(Tagging::Untagged).starts_with("`Root::A`: this is not written as an object"));
}

#[test]
fn no_member_of_what_is_flattened_beside_a_tag_has_its_name() {
    let of = |field: Field| {
        let one = variant("A", Shape::Fields(vec![field].into()));
        said([
            root(choice(internal(), &[one])),
            def("Clash", &[], plain(fields([("type", U32)]))),
            def("Deep", &[], plain(Shape::Fields(vec![flat("d", named("Clash", &[]))].into()))),
            def("Tagged", &[], choice(internal(), &[variant("X", Shape::Unit)])),
            def("Fine", &[], plain(fields([("b", U32)]))),
        ])
    };
    assert_eq!(of(flat("f", named("Fine", &[]))), "");
    for name in ["Clash", "Deep", "Tagged"] {
        let expected = "`Root::A.f`: two members of one object are called \"type\"";
        assert_eq!(of(flat("f", named(name, &[]))), expected);
    }
}

#[test]
fn what_is_flattened_is_members_whatever_its_value() {
    let of = |ty: Type, presence: Presence| {
        let mut field = flat("f", ty);
        field.write.as_mut().unwrap().presence = presence;
        said([
            root(plain(Shape::Fields(vec![field].into()))),
            def("Some", &[], plain(fields([("a", U32)]))),
            def("None", &[], plain(fields([("a", option(U32))]))),
            def("Denying", &[], denying(fields([("a", U32)]))),
        ])
    };
    let some = || named("Some", &[]);
    for ty in [some(), named("None", &[]), option(some()), map(Type::String, Type::Json)] {
        assert_eq!(of(ty, Presence::Always), "");
    }
    // serde shows it its own members only.
    assert_eq!(of(named("Denying", &[]), Presence::Always), "");
    // `null` would come back as an object.
    assert!(of(Type::Json, Presence::Always).contains("not written as an object"));
    for ty in [named("None", &[]), option(some()), map(Type::String, Type::Json)] {
        assert_eq!(of(ty, Presence::Maybe), "");
    }
    let said = of(some(), Presence::Maybe);
    assert!(said.starts_with("`Root.f`: its members are sometimes left out, but"), "{said}");
}

#[test]
fn what_a_reader_takes_from_an_array_counts() {
    let filter = || {
        let mut list = vec![field("name", Type::String), field("n", U32)];
        for field in &mut list {
            field.read.as_mut().unwrap().absent = Absent::Default(Value::Unknown);
        }
        plain(Shape::Fields(list.into()))
    };
    let of = |earlier: &str, later: Type| {
        let shape = [variant("Dot", Shape::Unit), variant("At", fields([("x", U32)]))];
        let adjacent = Tagging::Adjacent { tag: "t".into(), content: "c".into() };
        said([
            untagged(&[newtype("A", named(earlier, &[])), newtype("B", later)]),
            def("Filter", &[], filter()),
            def("Internal", &[], choice(internal(), &shape)),
            def("Adjacent", &[], choice(adjacent, &shape)),
        ])
    };
    let pair = |ty| Type::Tuple(vec![Type::String, ty].into());
    for (earlier, later, witness) in [
        ("Filter", seq(Type::Bool), "[]"),
        ("Internal", seq(Type::String), "[\"Dot\"]"),
        ("Internal", pair(U32), "[\"At\",1]"),
    ] {
        let expected = format!("`Root::B`: {witness} is read as the earlier `A`");
        assert_eq!(of(earlier, later), expected);
    }
    assert!(of("Filter", Type::Tuple(vec![Type::String].into())).contains("no value is read"));
    for (earlier, later) in [
        ("Filter", pair(Type::Bool)),
        ("Internal", seq(Type::Bool)),
        ("Internal", pair(Type::Bool)),
        ("Adjacent", seq(Type::String)),
    ] {
        assert_eq!(of(earlier, later), "", "{earlier}");
    }
    let said = of("Adjacent", pair(Type::Unit));
    assert_eq!(said, "`Root::B`: [\"Dot\",null] is read as the earlier `A`");
}

#[test]
fn the_number_of_a_variant_is_read_as_its_tag() {
    let tagged = choice(internal(), &[variant("One", Shape::Unit), variant("Two", Shape::Unit)]);
    let raw = variant("Raw", fields([("type", U32)]));
    let said = said([
        untagged(&[newtype("Tagged", named("Tagged", &[])), raw]),
        def("Tagged", &[], tagged),
    ]);
    assert_eq!(said, "`Root::Raw`: {\"type\":1} is read as the earlier `Tagged`");
}

#[test]
fn variants_with_flattened_fields_are_compared() {
    let of = |ty: Type| {
        let list = vec![field("id", U32), flat("f", ty)];
        said([
            untagged(&[
                variant("A", Shape::Fields(list.into())),
                variant("B", fields([("id", U32), ("name", Type::String)])),
            ]),
            def("Meta", &[], plain(fields([("author", U32)]))),
            def("Name", &[], plain(fields([("name", U32)]))),
            def("Tagged", &[], choice(internal(), &[variant("X", Shape::Unit)])),
        ])
    };
    for ty in [named("Meta", &[]), named("Name", &[]), named("Tagged", &[])] {
        assert_eq!(of(ty), "");
    }
    assert!(of(option(named("Meta", &[]))).contains("no value is read as this"));
}

#[test]
fn a_variant_that_is_null_is_no_key() {
    let mut null = variant("Null", Shape::Unit);
    null.untagged = true;
    let keys = choice(Tagging::External, &[variant("A", Shape::Unit), null]);
    let holder = plain(fields([("m", map(named("Keys", &[]), U32))]));
    let said = said([root(holder), def("Keys", &[], keys)]);
    assert!(said.starts_with("`Root.m`: JSON cannot have these keys"), "{said}");
}

#[test]
fn flattened_fields_must_not_take_from_each_other() {
    let of = |list: Vec<Field>| {
        said([
            root(plain(Shape::Fields(list.into()))),
            def("S", &[], plain(fields([("x", U32)]))),
            def("T", &[], plain(fields([("y", option(U32))]))),
            def("Rest", &[], plain(Shape::Fields(vec![flat("m", map(Type::String, U32))].into()))),
            def("Tagged", &[], choice(internal(), &[variant("A", Shape::Unit)])),
            def("Ext", &[], choice(Tagging::External, &[newtype("E", U32)])),
        ])
    };
    let s = || flat("s", named("S", &[]));
    let rest = || flat("rest", map(Type::String, U32));
    let tagged = || flat("tagged", named("Tagged", &[]));
    let ext = || flat("ext", named("Ext", &[]));
    assert_eq!(of(vec![field("a", U32), s(), ext(), rest()]), "");
    assert_eq!(of(vec![s(), tagged(), flat("t", named("T", &[]))]), "");
    assert_eq!(of(vec![s(), flat("o", option(named("Ext", &[])))]), "");
    for (list, taken) in [
        (vec![rest(), s()], "s"),
        (vec![tagged(), rest()], "tagged"),
        (vec![rest(), flat("more", map(Type::String, Type::Json))], "more"),
        (vec![flat("inner", named("Rest", &[])), s()], "s"),
    ] {
        let said = of(list);
        let expected = format!("takes what `{taken}` wrote");
        assert!(said.contains(&expected), "{said}");
    }
    let mut tag = field("type", Type::Literal("S".into()));
    tag.read = None;
    assert!(of(vec![tag.clone(), rest()]).contains("takes what `type` wrote"));
    assert_eq!(of(vec![tag, s()]), "");
    assert!(of(vec![flat("n", U32)]).contains("not written as an object"));
    assert!(of(vec![flat("n", seq(U32))]).contains("not written as an object"));
    assert!(of(vec![field("x", U32), s()]).contains("are called \"x\""));
    assert!(of(vec![flat("o", option(named("T", &[])))]).contains("come back as `Some`"));
    assert!(of(vec![flat("o", option(map(Type::String, U32)))]).contains("come back as `Some`"));
}

#[test]
fn a_variant_that_no_value_reaches_is_found() {
    let p = |name: &str, list: Shape| def(name, &[], plain(list));
    let xy = || p("Xy", fields([("x", U32), ("y", U32)]));
    let x = || p("X", fields([("x", U32)]));
    for (variants, unreachable) in [
        (vec![newtype("A", named("X", &[])), newtype("B", named("Xy", &[]))], true),
        (vec![newtype("B", named("Xy", &[])), newtype("A", named("X", &[]))], false),
        (vec![newtype("A", Type::F64), newtype("B", U32)], true),
        (vec![newtype("A", U32), newtype("B", Type::F64)], false),
        (vec![newtype("A", Type::Json), newtype("B", U32)], true),
        (vec![newtype("A", Type::String), newtype("B", Type::Bytes)], true),
        (vec![newtype("A", Type::String), newtype("B", seq(Type::String))], false),
        (vec![variant("A", fields([])), variant("B", fields([("z", U32)]))], true),
        (vec![newtype("A", option(U32)), variant("B", Shape::Unit)], true),
    ] {
        let said = said([untagged(&variants), xy(), x()]);
        let expected = "no value is read as this: all fit the earlier";
        assert_eq!(said.contains(expected), unreachable, "{variants:?}: {said}");
        assert!(unreachable || said.is_empty(), "{said}");
    }
}

#[test]
fn a_value_that_an_earlier_variant_takes_is_shown() {
    let i64 = || newtype("I", Type::Int(Int::I64));
    let u64 = || newtype("U", Type::Int(Int::U64));
    let of = |variants: &[Variant]| {
        said([
            untagged(variants),
            def("Point", &[], plain(fields([("x", U32), ("y", U32)]))),
            def("Color", &[], choice(Tagging::External, &[variant("Red", Shape::Unit)])),
        ])
    };
    assert_eq!(of(&[i64(), u64()]), "`Root::U`: 1 is read as the earlier `I`");
    let lists = [newtype("A", seq(U32)), newtype("B", seq(Type::String))];
    assert_eq!(of(&lists), "`Root::B`: [] is read as the earlier `A`");
    let texts = [newtype("A", named("Color", &[])), newtype("B", Type::String)];
    assert_eq!(of(&texts), "`Root::B`: \"Red\" is read as the earlier `A`");
    // A reader takes the fields of a struct from an array, too.
    let pair = Type::Tuple(vec![U32, U32].into());
    let points = [newtype("A", named("Point", &[])), newtype("B", pair)];
    assert!(of(&points).contains("no value is read as this"), "{}", of(&points));
    let optional =
        [variant("A", fields([("x", option(U32))])), newtype("B", map(Type::String, U32))];
    assert_eq!(of(&optional), "`Root::B`: {} is read as the earlier `A`");
    let mut meant = untagged(&[i64(), u64()]);
    if let Body::Enum(body) = &mut meant.body {
        body.overlapping = true;
    }
    assert_eq!(said([meant]), "");
}

#[test]
fn readers_that_take_texts_of_other_forms_are_known() {
    let form = |name: &'static str, pattern: &'static str| {
        Type::Format(Format { name: name.into(), pattern: pattern.into(), positional: true })
    };
    let plain = |name| form(name, "^x$");
    let of = |earlier: Type, later: Type| {
        said([
            untagged(&[newtype("A", earlier), newtype("B", later)]),
            def("Kind", &[], choice(Tagging::External, &[variant("Text", Shape::Unit)])),
            def("Short", &[], choice(Tagging::External, &[variant("Txt", Shape::Unit)])),
        ])
    };
    let jiff = |name| form(name, "^(?:[0-9]{4}|-00x)$");
    for (earlier, later, witness) in [
        (plain("ip"), plain("ipv4"), "\"127.0.0.1\""),
        (plain("ipv6"), plain("ip"), "\"::1\""),
        (plain("semver-range"), plain("semver"), "\"1.2.3\""),
        (jiff("date"), plain("date-time-local"), "\"2000-01-01T00:00:00\""),
        (Type::Char, plain("decimal"), "\"1\""),
        (Type::Bytes, plain("decimal"), "\"1234\""),
        (plain("decimal"), Type::Bytes, "\"1234\""),
        (Type::Bytes, named("Kind", &[]), "\"Text\""),
        (Type::Bytes, Type::Float, "\"Infinity\""),
        (plain("decimal"), U32, "1"),
        (plain("decimal"), Type::F64, "0.5"),
    ] {
        let found = of(earlier, later);
        let (start, end) = (format!("`Root::B`: {witness} is"), "read as the earlier `A`");
        let all = "`Root::B`: no value is read as this: all fit the earlier `A`";
        assert!(found == all || (found.starts_with(&start) && found.ends_with(end)), "{found}");
    }
    for (earlier, later) in [
        (plain("semver"), plain("semver-range")),
        (plain("date"), plain("date-time-local")),
        (plain("uuid-simple"), plain("uuid")),
        (plain("uuid"), plain("date-time")),
        (Type::Bytes, named("Short", &[])),
        (U32, plain("decimal")),
    ] {
        assert_eq!(of(earlier, later), "");
    }
}

/// Each doubles what stands in it, or compares all pairs: without bounds none of these would end.
#[test]
fn a_hostile_schema_takes_no_time() {
    let name = |i: usize| format!("E{i}");
    let chain = |body: &dyn Fn(usize, Type) -> Body| -> Vec<TypeDef> {
        let inner = |i| if i == 23 { Type::Unit } else { named(&name(i + 1), &[]) };
        (0..24).map(|i| def(&name(i), &[], body(i, inner(i)))).collect()
    };
    let thrice = |ty: &Type| ["A", "B", "C"].map(|name| newtype(name, ty.clone()));
    let tag = |i: usize| Tagging::Internal { tag: format!("t{i}").into() };
    let flattened = |i: usize, ty: &Type| {
        let field = |part| flat(&format!("f{i}{part}"), ty.clone());
        plain(Shape::Fields(vec![field(0), field(1)].into()))
    };
    let wide = |i: usize| variant(&name(i), fields([("a", U32), (&name(i), U32)]));
    for mut defs in [
        chain(&|_, ty| choice(Tagging::Untagged, &thrice(&ty))),
        chain(&|i, ty| choice(tag(i), &thrice(&ty))),
        chain(&|i, ty| flattened(i, &ty)),
        chain(&|i, ty| flattened(i, &option(ty))),
        vec![def("E0", &[], choice(Tagging::Untagged, &(0..600).map(wide).collect::<Vec<_>>()))],
    ] {
        defs.push(root(plain(fields([("a", named("E0", &[]))]))));
        let start = std::time::Instant::now();
        said(defs);
        // Unoptimized, beside other tests; unbounded it would be hours.
        assert!(start.elapsed().as_secs() < 60);
    }
}

#[test]
fn a_type_that_contains_itself_has_an_end() {
    let tree = choice(
        Tagging::Untagged,
        &[newtype("Leaf", U32), newtype("Node", seq(named("Root", &[])))],
    );
    assert_eq!(said([root(tree)]), "");
    let twice = choice(
        Tagging::Untagged,
        &[newtype("A", seq(named("Root", &[]))), newtype("B", seq(seq(named("Root", &[]))))],
    );
    assert!(said([root(twice)]).contains("earlier `A`"));
    let list = plain(Shape::Newtype(option(named("Root", &[]))));
    assert!(said([root(list)]).starts_with("`Root.0`: `Some` of what may be `null`"));
}
