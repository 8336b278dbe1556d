import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.OffsetDateTime;
import java.util.UUID;
import kz.taza.ApiClient;
import kz.taza.ApiException;
import kz.taza.api.AttendanceApi;
import kz.taza.api.AuthApi;
import kz.taza.api.DevApi;
import kz.taza.api.EventsApi;
import kz.taza.api.SignupsApi;
import kz.taza.model.*;

/** The main job with the generated Java client: sign in, find, sign up, be refused from afar, check in. */
public class Main {
    public static void main(String[] arguments) throws Exception {
        String phone = arguments[1];
        ApiClient client = new ApiClient();
        client.updateBaseUri(arguments[0]);
        new AuthApi(client).requestCode(new CodeRequest().phone(phone));
        String code = new DevApi(client).listLocalMessages(phone).getItems().get(0).getCode();
        String token = new AuthApi(client).createToken(new TokenRequest().phone(phone).code(code)).getToken();
        client.setRequestInterceptor(request -> request
            .header("Authorization", "Bearer " + token).header("Accept-Language", "en"));

        EventPage events = new EventsApi(client).listEvents(
            null, null, null, 20, null, null, null, null, "KZ-15", null, null, null, null, null, null, null);
        for (EventShown event : events.getItems()) {
            System.out.println("event " + event.getStatus() + ": "
                + event.getArea().getActualInstance().getClass().getSimpleName());
        }
        EventShown event = events.getItems().get(0);
        SignupShown place = new SignupsApi(client).signUp(event.getId(), new SignupBody().companions(0));
        System.out.println("signup " + place.getStatus());

        AttendanceApi attendance = new AttendanceApi(client);
        double latitude = event.getMeetingPoint().getLatitude().doubleValue();
        try {
            attendance.checkIn(event.getId(), presence(event, latitude + 0.1));
        } catch (ApiException refused) {
            Problem problem = ApiClient.createDefaultObjectMapper()
                .readValue(refused.getResponseBody(), Problem.class);
            System.out.println("refused " + problem.getCode() + " " + problem.getDistanceM() + ": "
                + problem.getDetail());
        }
        PresenceShown shown = attendance.checkIn(event.getId(), presence(event, latitude));
        System.out.println("attendance " + shown.getStatus() + " " + shown.getEvidence());
    }

    private static CheckInBody presence(EventShown event, double latitude) {
        OffsetDateTime now = OffsetDateTime.now();
        PositionBody position = new PositionBody().accuracyM(java.math.BigDecimal.valueOf(8)).fixedAt(now)
            .latitude(java.math.BigDecimal.valueOf(latitude)).longitude(event.getMeetingPoint().getLongitude());
        return new CheckInBody().id(UUID.randomUUID()).sentAt(now).installationId("java").position(position);
    }
}
