//! What do network addresses cross as?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::define::{format, format_by_name, wire};

macro_rules! octet {
    () => {
        "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    };
}

macro_rules! ipv4 {
    () => {
        concat!("(?:", octet!(), r"\.){3}", octet!())
    };
}

/// The last 32 bits of an address may be written as those of IPv4.
macro_rules! ipv6 {
    () => {
        concat!(
            "(?:(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}",
            "|(?:[0-9a-fA-F]{1,4}:){6}",
            ipv4!(),
            "|(?:[0-9a-fA-F]{1,4}:){1,7}:",
            "|(?:[0-9a-fA-F]{1,4}:){1,6}:[0-9a-fA-F]{1,4}",
            "|(?:[0-9a-fA-F]{1,4}:){1,5}(?::[0-9a-fA-F]{1,4}){2}",
            "|(?:[0-9a-fA-F]{1,4}:){1,4}(?::[0-9a-fA-F]{1,4}){3}",
            "|(?:[0-9a-fA-F]{1,4}:){1,3}(?::[0-9a-fA-F]{1,4}){4}",
            "|(?:[0-9a-fA-F]{1,4}:){1,2}(?::[0-9a-fA-F]{1,4}){5}",
            "|[0-9a-fA-F]{1,4}:(?::[0-9a-fA-F]{1,4}){6}",
            "|:(?:(?::[0-9a-fA-F]{1,4}){1,7}|:)",
            "|:(?::[0-9a-fA-F]{1,4}){0,5}:",
            ipv4!(),
            "|[0-9a-fA-F]{1,4}:(?::[0-9a-fA-F]{1,4}){0,4}:",
            ipv4!(),
            "|(?:[0-9a-fA-F]{1,4}:){2}(?::[0-9a-fA-F]{1,4}){0,3}:",
            ipv4!(),
            "|(?:[0-9a-fA-F]{1,4}:){3}(?::[0-9a-fA-F]{1,4}){0,2}:",
            ipv4!(),
            "|(?:[0-9a-fA-F]{1,4}:){4}(?::[0-9a-fA-F]{1,4}){0,1}:",
            ipv4!(),
            "|(?:[0-9a-fA-F]{1,4}:){5}:",
            ipv4!(),
            ")"
        )
    };
}

macro_rules! below_65536 {
    () => {
        "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}|0)"
    };
}

/// A scope is a number of 32 bits.
macro_rules! scope {
    () => {
        concat!(
            "(?:429496729[0-5]|42949672[0-8][0-9]|4294967[01][0-9]{2}|429496[0-6][0-9]{3}",
            "|42949[0-5][0-9]{4}|4294[0-8][0-9]{5}|429[0-3][0-9]{6}|42[0-8][0-9]{7}",
            "|4[01][0-9]{8}|[1-3][0-9]{9}|[1-9][0-9]{0,8}|0)"
        )
    };
}

macro_rules! socket_v4 {
    () => {
        concat!(ipv4!(), ":", below_65536!())
    };
}

macro_rules! socket_v6 {
    () => {
        concat!(r"\[", ipv6!(), "(?:%", scope!(), r")?\]:", below_65536!())
    };
}

wire! {
    Ipv4Addr => format("ipv4", concat!("^", ipv4!(), "$")),
    Ipv6Addr => format("ipv6", concat!("^", ipv6!(), "$")),
    IpAddr => format("ip", concat!("^(?:", ipv4!(), "|", ipv6!(), ")$")),
    SocketAddrV4 => format("socket-v4", concat!("^", socket_v4!(), "$")),
    // serde leaves the scope out where it writes no text, and the flow label everywhere.
    SocketAddrV6 => format_by_name("socket-v6", concat!("^", socket_v6!(), "$")),
    SocketAddr => format_by_name("socket", concat!("^(?:", socket_v4!(), "|", socket_v6!(), ")$")),
}
