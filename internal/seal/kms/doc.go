// Package kms lets the key management service of a cloud wrap the key file: AWS
// KMS, Google Cloud KMS and Azure Key Vault, each by its URL, with what Go CDK
// brings for them. Who we are, each of them finds in the environment, as its own
// tools do.
//
// It imports nothing of the house.
package kms
