// The input from `browser.rs` for the scripts in this folder, which it joins into one function.

declare const input: any;
