// What `browser.rs` hands to the scripts here, which it joins into one function.

declare const input: any;
