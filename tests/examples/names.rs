// SPDX-License-Identifier: LGPL-2.1-or-later
//! Prints the names of all images of the configured store: the library from Rust, through its C interface.
use std::ffi::{c_char, c_int, CStr};
use std::ptr::{null, null_mut};

#[repr(C)]
struct Error {
    code: c_int,
    text: [c_char; 512], // CSTORAGE_ERROR_TEXT_MAX
}

// Opaque types.
#[repr(C)]
struct Config([u8; 0]);
#[repr(C)]
struct Store([u8; 0]);
#[repr(C)]
struct Snapshot([u8; 0]);
#[repr(C)]
struct Image([u8; 0]);

#[link(name = "cstorage")]
extern "C" {
    fn cstorage_config_load(ret: *mut *mut Config, reterr: *mut Error) -> c_int;
    fn cstorage_config_free(config: *mut Config) -> *mut Config;
    fn cstorage_store_open(config: *const Config, ret: *mut *mut Store, reterr: *mut Error) -> c_int;
    fn cstorage_store_unref(store: *mut Store) -> *mut Store;
    fn cstorage_snapshot_new(store: *mut Store, ret: *mut *mut Snapshot, reterr: *mut Error) -> c_int;
    fn cstorage_snapshot_unref(snapshot: *mut Snapshot) -> *mut Snapshot;
    fn cstorage_snapshot_next_image(snapshot: *const Snapshot, image: *const Image) -> *const Image;
    fn cstorage_image_get_name(image: *const Image, index: usize) -> *const c_char;
}

fn check(r: c_int, error: &Error) -> Result<(), String> {
    if r >= 0 {
        return Ok(());
    }
    // The library terminates it with a NUL.
    Err(unsafe { CStr::from_ptr(error.text.as_ptr()) }.to_string_lossy().into_owned())
}

fn open() -> Result<*mut Snapshot, String> {
    let mut error = Error { code: 0, text: [0; 512] };
    let (mut config, mut store, mut snapshot) = (null_mut(), null_mut(), null_mut());

    // Each call accepts NULL from a failed one before it, and fails.
    let result = unsafe {
        check(cstorage_config_load(&mut config, &mut error), &error)
            .and_then(|()| check(cstorage_store_open(config, &mut store, &mut error), &error))
            .and_then(|()| check(cstorage_snapshot_new(store, &mut snapshot, &mut error), &error))
    };
    unsafe {
        cstorage_store_unref(store); // the snapshot has its own reference
        cstorage_config_free(config);
    }
    result.map(|()| snapshot)
}

fn main() {
    let snapshot = open().unwrap_or_else(|text| {
        eprintln!("{text}");
        std::process::exit(1);
    });

    unsafe {
        let mut image = cstorage_snapshot_next_image(snapshot, null());
        while !image.is_null() {
            for index in 0.. {
                let name = cstorage_image_get_name(image, index);
                if name.is_null() {
                    break;
                }
                println!("{}", CStr::from_ptr(name).to_string_lossy());
            }
            image = cstorage_snapshot_next_image(snapshot, image);
        }
        cstorage_snapshot_unref(snapshot);
    }
}
