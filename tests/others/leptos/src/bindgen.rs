//! Does what the command wasm-bindgen does: `bindgen page.wasm directory` writes the module for the browser.

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(library), Some(directory)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bindgen page.wasm directory".into());
    };
    Bindgen::new().input_path(library).out_name("page").typescript(false).web(true)?.generate(directory)?;
    Ok(())
}
