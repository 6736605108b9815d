package io.assent.scenario;

/** The requests that both protocols have. Any thread. */
interface Client extends AutoCloseable {
    Reply prepare(Global transaction);

    Reply submit(Global transaction);

    Reply abort(Global transaction);

    Reply registerBranch(BranchRequest branch);

    WorkflowReply prepareWorkflow(Global workflow);

    Reply subscribe(String topic, String url, String remark);

    Reply unsubscribe(String topic, String url);

    Reply deleteTopic(String topic);

    @Override
    void close();
}
