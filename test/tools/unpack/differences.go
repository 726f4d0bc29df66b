package main

import (
	"maps"
	"slices"
	"strings"
)

// Where the droplet lies in the layer.
const place = "home/vcap"

// A field in which a node of the droplet is not what the same node of the unpacked layer is. Empty where there is none.
type difference struct {
	Client  string `json:"client"`
	Path    string `json:"path"`
	Field   string `json:"field"`
	Droplet string `json:"droplet"`
	Layer   string `json:"layer"`
}

// Compares the droplet's tree with the one below home/vcap of an unpacked layer, which has nothing else.
func differences(client string, droplet, layer map[string]node) []difference {
	var found []difference
	moved := map[string]node{}
	for path, node := range layer {
		if name, inside := inside(path); inside {
			moved[name] = relinked(node)
		} else if path != "." && path != "home" {
			found = append(found, difference{client, path, "outside", "", node["type"]})
		}
	}
	for _, path := range sortedKeys(droplet, moved) {
		for _, field := range fieldsToCompare(droplet[path], moved[path]) {
			before, after := droplet[path][field], moved[path][field]
			if before != after {
				found = append(found, difference{client, path, field, shortened(before), shortened(after)})
			}
		}
	}
	return found
}

func inside(path string) (string, bool) {
	if path == place {
		return ".", true
	}
	return strings.CutPrefix(path, place+"/")
}

func relinked(from node) node {
	to := maps.Clone(from)
	if links, linked := from["links"]; linked {
		to["links"] = strings.ReplaceAll(links, `"`+place+"/", `"`)
	}
	return to
}

// A node that is not there, or is of another type, says all by that.
func fieldsToCompare(before, after node) []string {
	if before["type"] != after["type"] {
		return []string{"type"}
	}
	return sortedKeys(before, after)
}

func sortedKeys[Value any](these, those map[string]Value) []string {
	all := map[string]Value{}
	maps.Copy(all, these)
	maps.Copy(all, those)
	return slices.Sorted(maps.Keys(all))
}

func shortened(value string) string {
	if len(value) <= 200 {
		return value
	}
	return value[:200] + "…"
}
