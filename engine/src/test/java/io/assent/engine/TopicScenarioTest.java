package io.assent.engine;

import org.junit.jupiter.api.Test;

/** PROTOCOL 8 and the topics of 6.3. */
class TopicScenarioTest {

    @Test
    void shouldSubscribeUnsubscribeAndDelete() {
        Scenario.run("""
                > topic t
                f topics 1
                > subscribe t http://a
                e subscribed t http://a
                f answer 2 SUCCESS
                > subscribe t http://a
                f answer 3 ERROR | this url exists
                > subscribe t http://b
                e subscribed t http://b
                f answer 4 SUCCESS
                > topic t
                f topics 5 t v2 http://a http://b
                > unsubscribe t http://c
                f answer 6 ERROR | no such an url
                > unsubscribe t http://a
                e unsubscribed t http://a
                f answer 7 SUCCESS
                > unsubscribe t http://b
                e unsubscribed t http://b
                f answer 8 SUCCESS
                > unsubscribe t http://b
                f answer 9 ERROR | this topic is empty
                > topics
                f topics 10 t v4
                > deleteTopic t
                e topicDeleted t
                f answer 11 SUCCESS
                > deleteTopic t
                f answer 12 ERROR | storage: NotFound
                > unsubscribe t http://b
                f answer 13 ERROR | no such a topic
                > subscribe t http://a
                e subscribed t http://a
                f answer 14 SUCCESS
                > topics
                f topics 15 t v1 http://a
                """);
    }

    @Test
    void shouldDeliverATopicStepToEachSubscriberOfThatMoment() {
        Scenario.run("""
                > submit g msg steps=3 topic=2:t
                f answer 1 ERROR | topic not found
                > subscribe t http://a
                e subscribed t http://a
                f answer 2 SUCCESS
                > subscribe t http://b
                e subscribed t http://b
                f answer 3 SUCCESS
                > prepare g msg steps=3 topic=2:t query=http://q
                e created 1 msg prepared R=10 deadline in 35s
                e expanded 1 step 1 2 urls
                f answer 4 SUCCESS prepared
                > deleteTopic t
                e topicDeleted t
                f answer 5 SUCCESS
                > submit g msg steps=3 topic=2:t query=http://q
                e submitted 1 R=10
                f call g/01/action
                f answer 6 SUCCESS submitted
                > reply g/01/action SUCCESS
                e succeeded 1 row 0
                f call g/02-01/action
                > reply g/02-01/action SUCCESS
                e succeeded 1 row 1
                f call g/02-02/action
                > restart
                f call g/02-02/action
                > reply g/02-02/action SUCCESS
                e succeeded 1 row 2
                f call g/03/action
                > reply g/03/action SUCCESS
                e succeeded 1 row 3
                e finished 1 succeed
                """);
    }

    @Test
    void shouldKeepThePlainIdOfAStepWithOneSubscriber() {
        Scenario.run("""
                > subscribe t http://a
                e subscribed t http://a
                f answer 1 SUCCESS
                > submit g msg steps=2 topic=2:t concurrent
                e created 1 msg submitted R=10
                e expanded 1 step 1 1 urls
                f call g/01/action
                f call g/02/action
                f answer 2 SUCCESS submitted
                """);
    }

    @Test
    void shouldMakeDueWhatWaitsForATimeFurtherAway() {
        Scenario.run("""
                > submit a msg steps=1 retry=100
                e created 1 msg submitted R=100
                f call a/01/action
                f answer 1 SUCCESS submitted
                > submit b msg steps=1 retry=100
                e created 2 msg submitted R=100
                f call b/01/action
                f answer 2 SUCCESS submitted
                > reply a/01/action ONGOING
                e deferred 1 row 0 ONGOING interval=100 in 100s
                > reply b/01/action ONGOING
                e deferred 2 row 0 ONGOING interval=100 in 100s
                > resetAll 105 10
                f reset 3 0
                > resetAll 50 1
                e caused ann outage
                e cronReset 2
                f call b/01/action attempt 1
                f reset 4 1 more
                > resetAll 50 1
                e caused ann outage
                e cronReset 1
                f call a/01/action attempt 1
                f reset 5 1
                > resetAll 50 1
                f reset 6 0
                """);
    }
}
