package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dossier-id/dossier/internal/idv"
)

const configurationSetting = "configuration"

// RecordConfiguration puts into the audit trail which settings of the server have
// other values than at its last start. What is kept to tell is a MAC of each
// value, for some are secrets; the trail has the names alone.
func (db *DB) RecordConfiguration(ctx context.Context, values map[string]string, now time.Time) error {
	current := make(map[string]string, len(values))
	for name, v := range values {
		sum, err := db.Sealer.MAC("configuration", []byte(name+"="+v))
		if err != nil {
			return err
		}
		current[name] = hex.EncodeToString(sum)
	}
	text, err := json.Marshal(current)
	if err != nil {
		return err
	}
	return db.update(ctx, func(t *transaction) error {
		changed, err := t.reconfigured(ctx, current)
		if err != nil || len(changed) == 0 {
			return err
		}
		if err := db.saveSetting(ctx, t.q, configurationSetting, text); err != nil {
			return err
		}
		return t.Record(ctx, idv.Record{At: now, Action: idv.ActionConfigurationChanged, Subject: strings.Join(changed, " ")})
	})
}

// reconfigured names the settings that are not as they were.
func (t *transaction) reconfigured(ctx context.Context, current map[string]string) (changed []string, err error) {
	text, err := t.setting(ctx, configurationSetting)
	if err != nil && idv.CodeOf(err) != idv.CodeNotFound {
		return nil, err
	}
	var before map[string]string
	if err == nil && json.Unmarshal(text, &before) != nil {
		return nil, errors.New("the configuration of the last start is not what was stored")
	}
	for _, name := range slices.Sorted(maps.Keys(current)) {
		if before[name] != current[name] {
			changed = append(changed, name)
		}
	}
	return changed, nil
}
