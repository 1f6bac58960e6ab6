//! The catalogue, and data sets that are fetched.

use super::*;

#[test]
fn the_catalogue_is_listed_and_shown() {
    let bench = Bench::new();
    let list = bench.done(&["data", "list"]);
    assert_eq!(list.lines().count(), 129);
    let list = bench.json(&["data", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 128);
    insta::assert_snapshot!("data_show", bench.done(&["data", "show", "gunpoint"]));
    let entry = bench.json(&["data", "show", "PLAID"]);
    assert_eq!(entry["length"], Value::Null);
    assert_eq!(entry["classes"], 11);
    assert_eq!(
        bench.fails(&["data", "show", "GunPint"]),
        "error: the UCR archive has no data set `GunPint`\nhint: did you mean `GunPoint`?\n"
    );
}

#[test]
fn a_data_set_that_is_not_there() {
    let bench = Bench::new();
    let hint = |name: &str| {
        let stderr = bench.fails(&["classify", name]);
        stderr.lines().nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(hint("GunPint"), "hint: did you mean `GunPoint`?");
    assert_eq!(
        hint("gunpoint"),
        "hint: fetch it with `retune data get GunPoint`, or give the path of its folder"
    );
    assert_eq!(
        hint("xyzzy"),
        "hint: give a name from the catalogue, or, where data is read, the path of a folder"
    );
    fs::create_dir_all(bench.path("data/Coffee")).unwrap();
    assert_eq!(hint("data/Cofee"), "hint: did you mean `data/Coffee`?");
    assert_eq!(hint("data/xyzzy"), "");
    assert_eq!(
        hint("Waves/Waves_TRAIN.tsv"),
        "hint: give both files with --train and --test"
    );
    assert!(
        bench
            .fails(&["classify", "data/Coffee"])
            .contains("no training and test files")
    );
    assert!(
        bench
            .fails(&["fit", "Waves", "--out", "p.safetensors"])
            .contains("expected a training file\nhint: ")
    );
}

/// Answers one request with this body, and returns the address to ask.
fn serve(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            request.push(byte[0]);
        }
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
    });
    format!("http://{address}")
}

#[test]
fn a_data_set_is_fetched_and_classified_by_its_name() {
    let bench = Bench::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ItalyPowerDemand");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in ["TRAIN", "TEST"] {
        let name = format!("ItalyPowerDemand_{part}.ts");
        zip.start_file(&name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&fs::read(data.join(&name)).unwrap()).unwrap();
    }
    let body = zip.finish().unwrap().into_inner();
    let address = serve(body.clone());
    let get = ["data", "get", "italypowerdemand", "--from", &address];
    let fetched = bench.json(&get);
    let folder = bench.path("cache/datasets/ItalyPowerDemand");
    assert_eq!(fetched[0]["name"], "ItalyPowerDemand");
    assert_eq!(fetched[0]["folder"], folder.to_str().unwrap());
    assert_eq!(fetched[0]["sha256"].as_str().unwrap().len(), 64);
    let list = bench.done(&["data", "list"]);
    let line = list.lines().find(|line| line.starts_with("ItalyPower"));
    assert!(line.unwrap().ends_with("downloaded"), "{line:?}");

    let classify = "classify ItalyPowerDemand --quiet --preset fast";
    let outcome = bench.json(&words(classify));
    assert_eq!(outcome["n_train"], 67);
    assert_eq!(outcome["n_test"], 1029);

    // The server is gone.
    let stderr = bench.fails(&get);
    assert!(stderr.contains("cannot download http://"), "{stderr}");
    assert!(stderr.contains("\nhint: check the connection"), "{stderr}");
    // A name that is wrong is told before anything is fetched.
    let stderr = bench.fails(&["data", "get", "Coffee", "GunPint", "--from", &serve(body)]);
    assert!(stderr.contains("did you mean `GunPoint`?"), "{stderr}");
}
