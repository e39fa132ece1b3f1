package sandbox

// The events of Studio carry the whole resource beside the object (Onfido contract section 3). The caller of these
// methods holds mu.

func (s *Sandbox) notifyRun(run workflowRun) {
	s.send(event{eventPayload{
		ResourceType: "workflow_run", Action: "workflow_run.completed", Resource: run,
		Object: eventObject{ID: run.ID, Status: run.Status, CompletedAt: run.UpdatedAt, Href: s.state.bases[run.ID] + runPath(run.ID)},
	}}, nil)
}

// notifyTask tells that a task was started or, when it has its output, completed.
func (s *Sandbox) notifyTask(row taskRow, run workflowRun) {
	object := eventObject{
		ID: row.Item.ID, Status: "started", StartedAt: row.Item.CreatedAt, TaskSpecID: row.Item.TaskDefID,
		TaskDefID: row.Item.TaskDefID, WorkflowRunID: run.ID,
		Href: s.state.bases[run.ID] + runPath(run.ID) + "/tasks/" + row.Item.ID,
	}
	if row.Output != nil {
		object.Status, object.CompletedAt = "completed", row.Item.UpdatedAt
	}
	s.send(event{eventPayload{ResourceType: "workflow_task", Action: "workflow_task." + object.Status, Resource: row.wire(), Object: object}}, nil)
}

// notifyFile tells of a file that was made from a run.
func (s *Sandbox) notifyFile(kind, id, path string, run workflowRun) {
	s.send(event{eventPayload{
		ResourceType: kind, Action: kind + ".created",
		Object: eventObject{ID: id, Status: "created", Href: s.state.bases[run.ID] + path, WorkflowRunID: run.ID},
	}}, nil)
}

func runPath(id string) string { return prefix + "/workflow_runs/" + id }
