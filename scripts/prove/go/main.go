// Checks a transparency log with the packages that Go's own checksum database is checked with.
// Usage: prove note|tiles|inclusion|consistency VERIFIER-KEY-FILE LOG-FOLDER [FILE...]
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 4 {
		fail(fmt.Errorf("too few arguments"))
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(read(os.Args[2]))))
	fail(err)
	tree := open(read(filepath.Join(os.Args[3], "checkpoint")), verifier)
	switch os.Args[1] {
	case "note":
		fmt.Println("signed by", verifier.Name(), "at size", tree.N)
	case "tiles":
		checkTiles(tree, os.Args[3])
	case "inclusion":
		checkInclusion(string(read(os.Args[4])), verifier)
	case "consistency":
		checkConsistency(tree, open(read(os.Args[4]), verifier), read(os.Args[5]))
	default:
		fail(fmt.Errorf("no check %q", os.Args[1]))
	}
}

// The tree of a C2SP checkpoint: origin, size, root.
func open(msg []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(msg, note.VerifierList(verifier))
	fail(err)
	lines := strings.Split(opened.Text, "\n")
	n, err := strconv.ParseInt(lines[1], 10, 64)
	fail(err)
	hash, err := tlog.ParseHash(lines[2])
	fail(err)
	return tlog.Tree{N: n, Hash: hash}
}

// Every leaf hash, authenticated by the tiles above it, is the hash of the entry that is served beside it.
func checkTiles(tree tlog.Tree, folder string) {
	var indexes []int64
	for i := int64(0); i < tree.N; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	hashes, err := tlog.TileHashReader(tree, files{folder}).ReadHashes(indexes)
	fail(err)
	for i := int64(0); i < tree.N; {
		width := min(256, tree.N-i)
		bundle := read(filepath.Join(folder, c2sp("entries", i/256, width)))
		for end := i + width; i < end; i++ {
			length := int(bundle[0])<<8 | int(bundle[1])
			if tlog.RecordHash(bundle[2:2+length]) != hashes[i] {
				fail(fmt.Errorf("entry %d is not the one in the tree", i))
			}
			bundle = bundle[2+length:]
		}
	}
	fmt.Println(tree.N, "entries and their tiles fit the signed root")
}

// A c2sp.org/tlog-proof: lines of header, extra, index, hashes; an empty line; the checkpoint.
func checkInclusion(proof string, verifier note.Verifier) {
	head, checkpoint, found := strings.Cut(proof, "\n\n")
	if !found {
		fail(fmt.Errorf("no proof"))
	}
	tree := open([]byte(checkpoint), verifier)
	lines := strings.Split(head, "\n")
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	fail(err)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	fail(err)
	fail(tlog.CheckRecord(hashesOf(lines[3:]), tree.N, tree.Hash, index, tlog.RecordHash(leaf)))
	fmt.Println("entry", index, "is in the tree of", tree.N)
}

func checkConsistency(tree, old tlog.Tree, proof []byte) {
	var parsed struct{ Hashes []string }
	fail(json.Unmarshal(proof, &parsed))
	fail(tlog.CheckTree(hashesOf(parsed.Hashes), tree.N, tree.Hash, old.N, old.Hash))
	fmt.Println("the tree of", tree.N, "extends the one of", old.N)
}

func hashesOf(lines []string) []tlog.Hash {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		fail(err)
		hashes = append(hashes, hash)
	}
	return hashes
}

// files reads tiles where C2SP puts them; Go's own paths have the height in them.
type files struct{ folder string }

func (files) Height() int { return 8 }

func (files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, err := os.ReadFile(filepath.Join(f.folder, c2sp(strconv.Itoa(tile.L), tile.N, int64(tile.W))))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func c2sp(level string, index, width int64) string {
	path := fmt.Sprintf("%03d", index%1000)
	for rest := index / 1000; rest > 0; rest /= 1000 {
		path = fmt.Sprintf("x%03d/%s", rest%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return fmt.Sprintf("tile/%s/%s", level, path)
}

func read(path string) []byte {
	bytes, err := os.ReadFile(path)
	fail(err)
	return bytes
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
