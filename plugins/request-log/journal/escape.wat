;; Escapes text for a JSON string, sixteen bytes at a time. `npm run assemble` makes escape-program.ts of it.
;; @see https://webassembly.github.io/spec/core/ and what escape.ts says of the memory.
(module
  (memory (export "memory") 2)

  ;; Writes the $length bytes at $text to $out, escaped. $escapes has eight bytes for each control character: what is written for it, and in
  ;; the last one how long that is. Up to fifteen bytes behind what is written are lost. Returns where it ends.
  (func (export "escape") (param $text i32) (param $length i32) (param $escapes i32) (param $out i32) (result i32)
    (local $end i32) (local $bytes v128) (local $clean i32) (local $escape i32)
    (local.set $end (i32.add (local.get $text) (local.get $length)))
    (block $done
      (loop $sixteen
        (br_if $done (i32.ge_u (local.get $text) (local.get $end)))
        (local.set $bytes (v128.load (local.get $text)))
        (v128.store (local.get $out) (local.get $bytes))
        ;; How many stand in front of the first one that is escaped, of the sixteen and of the text.
        (local.set $clean
          (i32.ctz
            (i32.or
              (i8x16.bitmask
                (v128.or
                  (v128.or
                    (i8x16.eq (local.get $bytes) (v128.const i32x4 0x22222222 0x22222222 0x22222222 0x22222222))
                    (i8x16.eq (local.get $bytes) (v128.const i32x4 0x5c5c5c5c 0x5c5c5c5c 0x5c5c5c5c 0x5c5c5c5c)))
                  (i8x16.lt_u (local.get $bytes) (v128.const i32x4 0x20202020 0x20202020 0x20202020 0x20202020))))
              (i32.const 0x10000))))
        (if (i32.ge_u (local.get $clean) (i32.sub (local.get $end) (local.get $text)))
          (then (return (i32.add (local.get $out) (i32.sub (local.get $end) (local.get $text))))))
        (local.set $text (i32.add (local.get $text) (local.get $clean)))
        (local.set $out (i32.add (local.get $out) (local.get $clean)))
        (br_if $sixteen (i32.eq (local.get $clean) (i32.const 16)))
        (if (i32.lt_u (i32.load8_u (local.get $text)) (i32.const 0x20))
          (then
            (local.set $escape
              (i32.add (local.get $escapes) (i32.shl (i32.load8_u (local.get $text)) (i32.const 3))))
            (i64.store (local.get $out) (i64.load (local.get $escape)))
            (local.set $out (i32.add (local.get $out) (i32.load8_u offset=7 (local.get $escape)))))
          (else
            ;; A backslash, and the byte itself.
            (i32.store16
              (local.get $out)
              (i32.or (i32.const 0x5c) (i32.shl (i32.load8_u (local.get $text)) (i32.const 8))))
            (local.set $out (i32.add (local.get $out) (i32.const 2)))))
        (local.set $text (i32.add (local.get $text) (i32.const 1)))
        (br $sixteen)))
    (local.get $out)))
