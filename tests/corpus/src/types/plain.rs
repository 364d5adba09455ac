//! What do the types of std and of traitwire that need no definition look like?

use std::borrow::Cow;
use std::marker::PhantomData;

use serde_json::json;

use super::prelude::*;

cases! {
    bool => [true, false];
    i8 => [i8::MIN, -1, 0, i8::MAX];
    i16 => [i16::MIN, 0, i16::MAX];
    i32 => [i32::MIN, 0, i32::MAX];
    i64 => [i64::MIN, -1, 0, 9_007_199_254_740_993, i64::MAX];
    i128 => [i128::MIN, -1, 0, i128::MAX];
    isize => [-9_007_199_254_740_991, 0, 9_007_199_254_740_991];
    u8 => [0, 1, u8::MAX];
    u16 => [0, 1, u16::MAX];
    u32 => [0, 1, u32::MAX];
    u64 => [0, 1, 9_007_199_254_740_993, u64::MAX];
    u128 => [0, 1, u128::from(u64::MAX) + 1, u128::MAX];
    usize => [0, 1, 9_007_199_254_740_991];
    f32 => [0.0, -0.0, 0.1, f32::MIN, f32::MAX, f32::MIN_POSITIVE];
    f64 => [0.0, -0.0, 0.1, 1e300, f64::MIN, f64::MAX, 5e-324];
    char => ['a', '\0', '"', 'é', '\u{1F980}', '\u{10FFFF}'];
    String => [String::new(), "a".to_owned(), odd()];
    () => [()];
    Bytes => [Bytes::default(), Bytes::from(vec![0]), Bytes::from(vec![255; 40])];
    serde_json::Value => [
        json!(null),
        json!("a"),
        json!(18_446_744_073_709_551_615_u64),
        json!([1, -1, 1.5, { "a": { "b": [] } }]),
        json!({}),
    ];
    Cow<'static, str> => [Cow::Borrowed(""), Cow::Borrowed(ODD)];
    Cow<'static, [u16]> => [Cow::Borrowed(&[]), Cow::Borrowed(&[1, 65535])];
    Box<i32> => [Box::new(-5), Box::new(i32::MAX)];
    PhantomData<u64> => [PhantomData];
    Option<bool> => [None, Some(true), Some(false)];
    Option<u64> => [None, Some(0), Some(u64::MAX)];
    Option<String> => [None, Some(String::new()), Some(odd())];
    Option<Box<f64>> => [None, Some(Box::new(-0.0)), Some(Box::new(1e21))];
    Vec<String> => [vec![], vec![odd()], vec![String::new(); 3]];
    Vec<u8> => [vec![], vec![0, 255], b"text".to_vec()];
    Vec<Option<i64>> => [vec![], vec![None, Some(i64::MIN), None]];
    Vec<Vec<f32>> => [vec![], vec![vec![], vec![0.5, -0.0]]];
    VecDeque<u64> => [VecDeque::new(), VecDeque::from([1, u64::MAX])];
    BTreeSet<String> => [BTreeSet::new(), BTreeSet::from([String::new(), odd()])];
    HashSet<i16> => [HashSet::new(), HashSet::from([-1]), HashSet::from([i16::MAX])];
    BTreeSet<Option<u64>> => [BTreeSet::new(), BTreeSet::from([None, Some(u64::MAX)])];
    [i32; 0] => [[]];
    [u64; 3] => [[0, 1, u64::MAX]];
    [Option<bool>; 2] => [[None, Some(true)], [Some(false), None]];
    [u8; 32] => [[0; 32], [255; 32]];
    [[f64; 2]; 2] => [[[0.0, -0.0], [1.5, 1e-7]]];
    (u8,) => [(0,), (255,)];
    (u64, String) => [(u64::MAX, odd()), (0, String::new())];
    (bool, Option<i8>, f64) => [(true, None, 0.5), (false, Some(-128), -1.0)];
    ((i64, i64), [char; 2]) => [((i64::MIN, i64::MAX), ['a', '\u{1F980}'])];
    (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u64) => [
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, u64::MAX),
    ];
    BTreeMap<String, u64> => [map([]), map([(String::new(), 0), (odd(), u64::MAX)])];
    HashMap<String, Vec<bool>> => [map([]), map([("__proto__".to_owned(), vec![true])])];
    BTreeMap<u32, String> => [map([]), map([(0, odd()), (u32::MAX, String::new())])];
    BTreeMap<i64, i64> => [map([]), map([(i64::MIN, i64::MIN), (i64::MAX, i64::MAX)])];
    BTreeMap<u128, bool> => [map([]), map([(0, true), (u128::MAX, false)])];
    BTreeMap<bool, u8> => [map([]), map([(true, 1), (false, 0)])];
    BTreeMap<char, char> => [map([]), map([('a', 'b'), ('\u{1F980}', '\0')])];
    BTreeMap<String, BTreeMap<u8, Option<Bytes>>> => [
        map([]),
        map([("a".to_owned(), map([(0, None), (255, Some(Bytes::from(vec![1, 2])))]))]),
    ];
    BTreeMap<String, serde_json::Value> => [map([]), map([(odd(), json!({ "deep": [null] }))])];
}
