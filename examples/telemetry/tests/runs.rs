//! The example prints one trace of five spans, and counts each call at both ends.

use std::process::Command;

#[test]
fn one_trace_passes_through_all_three_programs() {
    let ran = Command::new(env!("CARGO_BIN_EXE_telemetry")).output().expect("the example runs");
    let printed = String::from_utf8(ran.stdout).expect("it prints text");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let spans: Vec<&str> = printed.lines().filter(|line| line.contains(" in trace ")).collect();
    let trace = spans[0].rsplit(' ').next().expect("a trace's id");
    let expected = [
        "click (Internal)",
        "  Orders/order (Client: ok)",
        "    Orders/order (Server: ok)",
        "      Stock/count (Client: ok)",
        "        Stock/count (Server: ok)",
        "          look (Internal)",
    ];
    assert_eq!(spans, expected.map(|span| format!("{span} in trace {trace}")));
    for (end, version) in [("server", "1.0.0"), ("client", "1.0.0")] {
        for method in ["Orders/order", "Stock/count"] {
            let count = format!(
                "traitwire_{end}_calls{{rpc_system_name=\"traitwire\",rpc_method=\"{method}\",\
                 rpc_response_status_code=\"ok\",traitwire_series=\"v1\",\
                 traitwire_client_version=\"{version}\"}} 1"
            );
            assert!(printed.contains(&count), "{count}\nis not in\n{printed}");
            let in_flight = format!(
                "traitwire_{end}_in_flight{{rpc_system_name=\"traitwire\",rpc_method=\"{method}\"}} 0"
            );
            assert!(printed.contains(&in_flight), "{in_flight}\nis not in\n{printed}");
        }
    }
}
