use super::*;
use crate::model::*;
use crate::tests::*;

const U32: Type = Type::Int(Int::U32);

fn model(change: impl FnOnce(&mut Field)) -> Schema {
    let mut meta = field("meta", option(U32));
    change(&mut meta);
    let shape = Shape::Fields(vec![field("id", U32), meta].into());
    schema([def("Model", &[], plain(shape))])
}

fn model_refusal(change: impl FnOnce(&mut Field)) -> Unsafe {
    model(change).positional(&seq(named("Model", &[]))).unwrap_err()
}

#[test]
fn a_plain_type_may_cross_without_names() {
    let change = |field: &mut Field| {
        let read = field.read.as_mut().unwrap();
        read.absent = Absent::Default(Value::Unknown);
        read.aliases = vec!["old".into()].into();
    };
    assert_eq!(model(change).positional(&named("Model", &[])), Ok(()));
    // A field that never crosses is not in the way.
    let hidden = model(|field| {
        (field.write, field.read) = (None, None);
        field.ty = Type::Json;
    });
    assert_eq!(hidden.positional(&named("Model", &[])), Ok(()));
}

#[test]
fn what_has_no_position_is_refused_with_its_path() {
    let json = model_refusal(|field| field.ty = Type::Map(Type::String.into(), Type::Json.into()));
    assert_eq!(json, because("Model.meta".into(), Reason::Json));
    assert_eq!(
        json.to_string(),
        "`Model.meta`: any JSON value can only be read where values describe themselves"
    );
    for (refusal, reason) in [
        (model_refusal(|f| f.flatten = true), Reason::Flatten),
        (
            model_refusal(|f| f.write.as_mut().unwrap().presence = Presence::Maybe),
            Reason::MaybeAbsent,
        ),
        (model_refusal(|f| f.write = None), Reason::OneWayField),
        (model_refusal(|f| f.read = None), Reason::OneWayField),
    ] {
        assert_eq!(refusal, because("Model.meta".into(), reason));
    }
    assert_eq!(schema([]).positional(&Type::Json).unwrap_err().path, "");
}

#[test]
fn only_external_tags_have_a_position() {
    let (tag, content) = (|| "t".into(), || "c".into());
    for (tagging, fine) in [
        (Tagging::External, true),
        (Tagging::Internal { tag: tag() }, false),
        (Tagging::Adjacent { tag: tag(), content: content() }, false),
        (Tagging::Untagged, false),
    ] {
        let shape = choice(tagging.clone(), &[variant("A", Shape::Newtype(U32))]);
        let verdict = schema([def("E", &[], shape)]).positional(&named("E", &[]));
        let expected = if fine { Ok(()) } else { Err(because("E".into(), Reason::Tagging)) };
        assert_eq!(verdict, expected, "{tagging:?}");
    }
}

#[test]
fn a_variant_that_one_side_does_not_count_shifts_all_others() {
    let changes: [fn(&mut Variant); 3] =
        [|v| v.write = None, |v| v.read = None, |v| (v.write, v.read) = (None, None)];
    for change in changes {
        let mut odd = variant("A", Shape::Unit);
        change(&mut odd);
        let body = choice(Tagging::External, &[odd, variant("B", Shape::Unit)]);
        let verdict = schema([def("E", &[], body)]).positional(&named("E", &[]));
        assert_eq!(verdict, Err(because("E::A".into(), Reason::OneWayVariant)));
    }
}

#[test]
fn arguments_count_where_they_are_used() {
    let wrap = def("Wrap", &["T"], plain(fields([("inner", Type::Param(0))])));
    let phantom = def("Phantom", &["T"], plain(Shape::Unit));
    let schema = schema([wrap, phantom]);
    let refusal = schema.positional(&named("Wrap", &[Type::Json])).unwrap_err();
    assert_eq!(refusal.path, "Wrap.inner");
    assert_eq!(schema.positional(&named("Phantom", &[Type::Json])), Ok(()));
    assert_eq!(schema.positional(&named("Wrap", &[U32])), Ok(()));
}

#[test]
fn recursive_types_are_visited_once() {
    let list = |item: Type| {
        let shape = fields([("item", item), ("next", option(named("List", &[])))]);
        schema([def("List", &[], plain(shape))])
    };
    assert_eq!(list(U32).positional(&named("List", &[])), Ok(()));
    assert_eq!(list(Type::Bytes).attachments(&named("List", &[])), Ok(()));
    assert_eq!(list(Type::Json).positional(&named("List", &[])).unwrap_err().path, "List.item");

    let grow = named("Grow", &[seq(Type::Param(0))]);
    let grow = schema([def("Grow", &["T"], plain(Shape::Newtype(grow)))]);
    let deep = Reason::NoShape(ShapeError::TooDeep { within: Some(id("Grow")) });
    assert_eq!(grow.positional(&named("Grow", &[U32])), Err(because("Grow.0".into(), deep)));
}

#[test]
fn bytes_travel_on_their_own_unless_an_untagged_enum_hides_them() {
    let blob = def("Blob", &[], plain(Shape::Newtype(Type::Bytes)));
    let variants = [
        variant("Number", Shape::Newtype(U32)),
        variant("Data", Shape::Tuple(vec![U32, Type::Param(0)].into())),
    ];
    let either = |tagging| def("Either", &["T"], choice(tagging, &variants));
    let of = |tagging, item: &str| {
        let ty = seq(named("Either", &[option(named(item, &[]))]));
        let number = def("Number", &[], plain(Shape::Newtype(U32)));
        schema([blob.clone(), number, either(tagging)]).attachments(&ty)
    };
    assert_eq!(of(Tagging::Internal { tag: "t".into() }, "Blob"), Ok(()));
    assert_eq!(of(Tagging::Untagged, "Number"), Ok(()));
    let refusal = of(Tagging::Untagged, "Blob").unwrap_err();
    assert_eq!(refusal.path, "Blob.0");
    assert_eq!(
        refusal.to_string(),
        "`Blob.0`: bytes cannot be told from other values inside the untagged enum \
         `shop::model::Either`"
    );
    // The same type outside is no excuse for it inside.
    let both = Type::Tuple(vec![named("Blob", &[]), named("Either", &[named("Blob", &[])])].into());
    assert!(schema([blob.clone(), either(Tagging::Untagged)]).attachments(&both).is_err());
}

#[test]
fn bytes_that_are_a_key_stay_in_the_text() {
    let map = |key, value| Type::Map(Ref::from(key), Ref::from(value));
    let schema = schema([]);
    assert_eq!(
        schema.attachments(&map(Type::Bytes, U32)),
        Err(because(String::new(), Reason::KeyBytes))
    );
    assert_eq!(schema.attachments(&map(Type::String, Type::Bytes)), Ok(()));
}
