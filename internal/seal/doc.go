// Package seal is the envelope encryption of Dossier. Every dossier has a
// secret of its own under which all its values are encrypted; that secret is
// stored wrapped by a key-encryption key, which comes from a key file or from
// the environment. Forgetting the wrapped secret erases the dossier.
//
// Each ciphertext is bound to the place it was made for, its Context: moved to
// another tenant, dossier, process or field it does not open.
//
// # What a key file holds
//
// One JSON object with two cleartext Tink keysets, so that the file is the
// secret: keyEncryption (AES256-GCM; several keys while one is being replaced,
// the primary one wraps) and index (HMAC-SHA256 as a pseudorandom function; it
// must stay the same for as long as there are indexed values).
//
// Where a KMS guards it, it holds the same sealed by AES256-GCM under a key that
// the KMS has wrapped (KeyFile).
//
// # What a wrapped key holds
//
// A version byte and 32 random bytes. HKDF-SHA256 derives from them one key for
// fields (AES256-GCM) and one for streams (AES256-GCM-HKDF in segments of
// 4 KiB), both by Tink. Randomness is Tink's own: a nonce is the one value that
// no caller may choose.
//
// It imports filelock. Errors never hold plaintext or key material.
package seal
