;; Looks for bytes of a set, sixteen at a time. `npm run assemble` makes search-program.ts of it.
;; @see https://webassembly.github.io/spec/core/ and what search.ts says of the memory.
(module
  (memory (export "memory") 2)

  ;; How many bytes in front of those that are looked at belong to the set without a gap. Kept between calls, for texts in several pieces.
  (global $run (mut i32) (i32.const 0))

  ;; Which of the sixteen bytes at $at belong to the set at $set: one bit each. A set is two tables, by the low and by the high half of
  ;; a byte; it has the byte if both have a bit in common.
  (func $members (param $set i32) (param $at i32) (result i32)
    (local $bytes v128)
    (local.set $bytes (v128.load (local.get $at)))
    (i8x16.bitmask
      (i8x16.ne
        (v128.and
          (i8x16.swizzle
            (v128.load (local.get $set))
            (v128.and (local.get $bytes) (v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f)))
          (i8x16.swizzle (v128.load offset=16 (local.get $set)) (i8x16.shr_u (local.get $bytes) (i32.const 4))))
        (v128.const i32x4 0 0 0 0))))

  ;; Writes where the members among the $length bytes at $text stand to $out, as 32 bits each. Returns how many there are.
  (func (export "find") (param $set i32) (param $text i32) (param $length i32) (param $out i32) (result i32)
    (local $at i32) (local $mask i32) (local $next i32)
    (local.set $next (local.get $out))
    ;; The sixteen that begin in the text may end behind it.
    (v128.store (i32.add (local.get $text) (local.get $length)) (v128.const i32x4 0 0 0 0))
    (block $done
      (loop $sixteen
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $mask (call $members (local.get $set) (i32.add (local.get $text) (local.get $at))))
        (block $none
          (loop $each
            (br_if $none (i32.eqz (local.get $mask)))
            (i32.store (local.get $next) (i32.add (local.get $at) (i32.ctz (local.get $mask))))
            (local.set $next (i32.add (local.get $next) (i32.const 4)))
            ;; Without its lowest bit.
            (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
            (br $each)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $sixteen)))
    (i32.shr_u (i32.sub (local.get $next) (local.get $out)) (i32.const 2)))

  ;; Writes a place within each run of sixteen or more members to $out, or several of the same run. $first: nothing stands in front.
  (func (export "runs") (param $set i32) (param $text i32) (param $length i32) (param $out i32) (param $first i32) (result i32)
    (local $at i32) (local $mask i32) (local $next i32) (local $low i32)
    (local.set $next (local.get $out))
    ;; The sixteen that begin in the text may end behind it.
    (v128.store (i32.add (local.get $text) (local.get $length)) (v128.const i32x4 0 0 0 0))
    (if (local.get $first) (then (global.set $run (i32.const 0))))
    (block $done
      (loop $sixteen
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (local.set $mask (call $members (local.get $set) (i32.add (local.get $text) (local.get $at))))
        ;; Members at the beginning of the sixteen go on from those in front.
        (local.set $low (i32.ctz (i32.xor (local.get $mask) (i32.const -1))))
        (if
          (i32.and
            (i32.ne (local.get $low) (i32.const 0))
            (i32.ge_u (i32.add (global.get $run) (local.get $low)) (i32.const 16)))
          (then
            (i32.store (local.get $next) (local.get $at))
            (local.set $next (i32.add (local.get $next) (i32.const 4)))))
        ;; Members at the end of the sixteen; all of them when it has no gap.
        (global.set $run
          (select
            (i32.add (global.get $run) (i32.const 16))
            (i32.clz (i32.xor (i32.shl (local.get $mask) (i32.const 16)) (i32.const -1)))
            (i32.eq (local.get $low) (i32.const 16))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $sixteen)))
    (i32.shr_u (i32.sub (local.get $next) (local.get $out)) (i32.const 2))))
