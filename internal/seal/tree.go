package seal

import (
	"crypto/sha256"
	"errors"
	"slices"
)

// MaxLeaf is the greatest leaf there is: a trillion dossiers.
const MaxLeaf = 1<<treeDepth - 1

const (
	treeDepth = 40
	seedSize  = 32
)

// tree holds one secret for each of its leaves, and can forget any of them for
// good (a puncturable pseudorandom function after Goldreich, Goldwasser and
// Micali). The secret of a node gives those of the two below it by SHA-256
// and nothing about any other. A whole tree is one secret. To forget a leaf is to
// put the secrets beside its path in place of the one above it: at most 40, and
// fewer the more lie together what was forgotten before.
type tree []node

// node stands for the leaves from first on that are below it, 2^height of them.
type node struct {
	first  uint64
	height uint8
	seed   [seedSize]byte
}

func newTree(seed [seedSize]byte) tree { return tree{{height: treeDepth, seed: seed}} }

func (n node) holds(leaf uint64) bool { return leaf>>n.height == n.first>>n.height }

// below gives the two halves of a node.
func (n node) below() (left, right node) {
	left = n.towards(n.first)
	return left, n.towards(n.first + 1<<left.height)
}

// towards gives the half of a node that holds a leaf of it.
func (n node) towards(leaf uint64) node {
	height := n.height - 1
	side := leaf >> height & 1
	return node{n.first + side<<height, height, derive(n.seed, byte(side))}
}

func derive(seed [seedSize]byte, side byte) [seedSize]byte {
	return sha256.Sum256(append(append([]byte("dossier/tree/1"), side), seed[:]...)) // One block.
}

// find gives the node that holds a leaf, or -1 when it is forgotten.
func (t tree) find(leaf uint64) int {
	at, exact := slices.BinarySearchFunc(t, leaf, func(n node, leaf uint64) int {
		if n.first < leaf {
			return -1
		}
		return int(min(n.first-leaf, 1))
	})
	if !exact {
		at--
	}
	if at < 0 || !t[at].holds(leaf) {
		return -1
	}
	return at
}

// secret gives the secret of a leaf, or none when it is forgotten.
func (t tree) secret(leaf uint64) (secret [seedSize]byte, known bool) {
	at := t.find(leaf)
	if at < 0 {
		return secret, false
	}
	n := t[at]
	for n.height > 0 {
		n = n.towards(leaf)
	}
	return n.seed, true
}

// forget gives the tree without a leaf.
func (t tree) forget(leaf uint64) tree {
	at := t.find(leaf)
	if at < 0 {
		return t
	}
	n := t[at]
	var before, after []node
	for n.height > 0 {
		left, right := n.below()
		if right.holds(leaf) {
			n, before = right, append(before, left)
		} else {
			n, after = left, append(after, right)
		}
	}
	slices.Reverse(after)
	return slices.Replace(t, at, at+1, append(before, after...)...)
}

// errTree says that a tree is not one that was stored.
var errTree = errors.New("it is damaged")

// check makes sure that the nodes are in order and overlap nowhere.
func (t tree) check() error {
	var end uint64
	for _, n := range t {
		if n.height > treeDepth || n.first < end || n.first > MaxLeaf || n.first&(1<<n.height-1) != 0 {
			return errTree
		}
		end = n.first + 1<<n.height
	}
	return nil
}
